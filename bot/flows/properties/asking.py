"""Properties of asking: emergency first, the gate, the truth of what happened, the employee's own judgement."""

from collections.abc import Iterator
from functools import cache

from bot import derived
from bot.flows.conditions import both
from bot.flows.properties import facts
from bot.flows.properties.demands import (
    After,
    Demand,
    Each,
    Ground,
    Looked,
    Never,
    Owed,
    Rule,
    Wrong,
    but_not,
    proves,
    shown,
)
from bot.flows.trying import Press
from bot.model import Answers, Card, Guard, Session

DANGER_NOW = ("danger.now", "child_danger.now")
EMERGENCY = {"112", "{acute_phone}"}
ALOUD = frozenset({"aloud", "check", "reply"})


@proves("P1", "acute first")
def acute_first(ground: Ground) -> Iterator[Demand]:
    """Emergency help is on every card; after it, or after "in danger now", the very next card shows 112 and the
    municipality's emergency contact, before any question.

    Akut hjælp er på hvert kort; efter den, eller efter «fare lige nu», viser det allernæste kort 112 og kommunens
    akutte kontakt, før noget spørgsmål.
    """

    def has_it(session: Session, card: Card) -> bool:
        return "emergency" in card.marks or "acute" in {button.code for button in card.controls}

    def leads_to_it(press: Press) -> bool | None:
        if press.step.note or press.code not in (*DANGER_NOW, "acute"):
            return None
        said = " ".join(line.text.msgid for line in press.card.lines)
        return "emergency" in press.card.marks and not press.card.choices and _words(said) >= EMERGENCY

    yield Each(has_it, "kortet har ingen akut hjælp")
    yield After(leads_to_it, "det næste kort er ikke akutkortet")
    for where, card in ground.cards():
        if "emergency" in card.marks:
            said = " ".join(line.text.msgid for line in card.lines if not line.when)
            yield (
                Looked()
                if _words(said) >= EMERGENCY
                else Wrong(where, "akutkortet mangler 112 eller kommunens akutte kontakt")
            )


def _words(said: str) -> set[str]:
    return {word.strip(",.;:–") for word in said.split()}


@proves("P2", "gate")
def gate(ground: Ground) -> Iterator[Demand]:
    """Nothing that raises the subject is shown for the citizen before private, interpreter and ready are right;
    where they are not, the employee is told not to ask now; while an interpreter is missing only that one will be
    booked can be shown.

    Intet, der bringer emnet på bane, bliver vist til borgeren, før I er alene, tolken er i orden, og der er tid til
    svaret; er det ikke på plads, får medarbejderen at vide, at der ikke skal spørges nu; mangler der en tolk, kan der
    kun vises, at I bestiller en.
    """
    yield Each(_may_be_shown, "der bliver vist noget til borgeren, som ikke må vises nu")
    for where, card in ground.cards():
        for line in (*card.lines, *card.why, *card.words):
            if line.aloud and "books_interpreter" not in line.marks:
                yield Never(
                    where,
                    both([*line.when, facts.NO_INTERPRETER]),
                    f"der mangler en tolk, og der kan vises: {line.text.msgid}",
                )
            if line.aloud and not line.marks & ALOUD:
                yield Wrong(card.name, f"ord til borgeren uden mærke for, hvad de er til: {line.text.msgid}")
            elif line.aloud and "check" not in line.marks:
                yield Never(
                    where,
                    both([*line.when, facts.HEARD]),
                    f"andre kan høre med, og der står: {line.text.msgid}",
                )
    if any(card.question == "gate" for _, card in ground.cards()):
        yield Owed("do_not_ask", facts.GATE_FAILED)


def _may_be_shown(session: Session, card: Card) -> bool | None:
    """What is before the citizen, as the card has it: one sentence that may be heard now, whatever led to it."""
    if card.showing is None:
        return None
    answers = session.answers
    return len(card.lines) == 1 and all(
        line.aloud
        and all(guard(answers) for guard in line.when)
        and ("check" in line.marks or not facts.HEARD(answers))
        and ("books_interpreter" in line.marks or not facts.NO_INTERPRETER(answers))
        for line in card.lines
    )


def _results() -> Iterator[tuple[Answers, bool]]:
    for answers in facts.all_answers("mode", "response", "private", "interpreter", "ready"):
        yield answers, derived.result(answers) == _happened(answers)


@proves("P9", "truth")
def truth(ground: Ground) -> Iterator[Demand]:
    """The result says what happened; asked and not confirmed is never "no violence".

    Resultatet siger, hvad der skete; spurgt og ikke bekræftet er aldrig «ingen vold».
    """

    def says_so(press: Press) -> bool | None:
        """Who came by herself has told, whatever is asked later; a child only has no talk with an adult."""
        follows = {"mode.told": ("response", "disclosed"), "mode.child": ("children", "yes")}
        if press.step.note or press.code not in follows:
            return None
        question, value = follows[press.code]
        return press.after.answers.get(question) == value

    for where, card in ground.cards():
        if any("ingen vold" in line.text.msgid.lower() for line in (*card.lines, *card.why, *card.words)):
            yield Wrong(where, "der står «ingen vold»")
    yield Rule(_results, "resultatet er ikke det, der skete")
    yield After(says_so, "det, der følger af svaret, er ikke noteret")


def _happened(answers: Answers) -> str:
    """What holds first: child, uses, told, unsure, privacy or interpreter, ready, the response."""
    response = answers.get("response")
    if answers.get("mode") in {"child", "uses"}:
        return "child_only" if answers["mode"] == "child" else "own_violence"
    if response in {"disclosed", "unsure"}:
        return str(response)
    if answers.get("private") == "no" or answers.get("interpreter") in {"relative", "minor", "missing"}:
        return "could_not_ask_safely"
    if answers.get("ready") == "no" or response not in {"says_no", "declined"}:
        return "not_asked"
    return "asked_not_confirmed" if response == "says_no" else "declined_to_talk"


@proves("P11", "judgement")
def judgement(ground: Ground) -> Iterator[Demand]:
    """The level is proposed with its reasons and never with a number; it can always be changed; notifying and
    asking the key person can be reached from every card, whatever was answered.

    Niveauet foreslås med grunde og aldrig med et tal; det kan altid ændres; at underrette og at spørge nøglepersonen
    kan nås fra hvert kort, uanset hvad der er svaret.
    """
    for where, card in ground.cards():
        if card.question == "level" and card.choices:
            yield from _level_card(ground, where, {f"level.{key}" for key in facts.LEVELS})
    if any("duty" in card.marks for _, card in ground.cards()):
        yield Each(_can_turn_to, "hverken underretning eller nøgleperson kan nås herfra")
        yield After(_more_has_all, "kortet mangler noget af det, man altid kan")
        yield After(_what_it_says, "knappen fører ikke til det, den siger")


def _level_card(ground: Ground, where: str, all_levels: set[str]) -> Iterator[Demand]:
    card = ground.flow.states[where]
    if {choice.code for choice in card.choices} != all_levels or any(choice.when for choice in card.choices):
        yield Wrong(where, "ikke alle niveauer kan vælges")
    proposing = [
        line for line in card.lines if line.marks & {"reason", *(f"proposes_{k}" for k in facts.LEVELS)}
    ]
    if any(letter.isdigit() for line in proposing for letter in line.text.msgid):
        yield Wrong(where, "et niveau vises med et tal")
    for level in facts.LEVELS:
        mark, is_it = f"proposes_{level}", _proposed(level)
        yield Never(
            where, but_not(is_it, shown(card, mark)), f"kortet foreslår ikke {level}, som følger af svarene"
        )
        yield Never(where, but_not(shown(card, mark), is_it), f"kortet foreslår {level} uden grundlag")
    yield Never(
        where,
        but_not(but_not(facts.ALWAYS, _proposed("none")), shown(card, "reason")),
        "der foreslås et niveau uden en grund",
    )


@cache
def _proposed(level: str) -> Guard:
    reads = frozenset({"mode", "risk", "signs", "response"})
    return Guard(f"{level} is proposed", reads, lambda answers: facts.proposed(answers) == level)


def _can_turn_to(session: Session, card: Card) -> bool | None:
    """Straight from the card, over *more*, or at an end by buttons that outlive it."""
    codes = {button.code for button in card.controls}
    if session.view:
        return None
    return "more" in codes or {"0:notify.0", "0:ask.0"} <= codes


def _more_has_all(press: Press) -> bool | None:
    if press.step.note or press.after.view != "more":
        return None
    codes = {button.code for button in (*press.card.choices, *press.card.controls)}
    return codes >= {"notify", "ask", *(f"level.{key}" for key in facts.LEVELS), "honour.yes"}


def _what_it_says(press: Press) -> bool | None:
    """To notify: the duty; to ask: the key person, and the button that asks her, once."""
    if press.step.note or press.after.view != press.code:
        return None
    if press.code == "notify":
        return "duty" in press.card.marks
    if press.code != "ask":
        return None
    asks = "done" in {button.code for button in press.card.controls}
    return "key_contact" in press.card.marks and (asks or bool(press.after.sealed))
