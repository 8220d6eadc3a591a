"""Properties of the road itself: no worse for saying more, ways out, and steady under whatever else is pressed."""

from collections.abc import Iterator
from itertools import product

from bot import derived
from bot.flows.properties import facts
from bot.flows.properties.demands import (
    After,
    AtMost,
    Demand,
    Each,
    EveryRoadEnds,
    EverythingIsReached,
    Ground,
    Rule,
    Wrong,
    but_not,
    on,
    proves,
)
from bot.flows.ticks import domain
from bot.flows.trying import STILL, Press
from bot.flows.vocabulary import QUESTIONS
from bot.model import Answers, Card, Guard, Session, Value

# What is worse said than unsaid: question -> (what it was, what it becomes instead).
WORSE: dict[str, tuple[tuple[str, str], ...]] = {
    "danger": (("no", "unknown"), ("no", "now"), ("unknown", "now")),
    "child_danger": (("no", "unknown"), ("no", "now"), ("unknown", "now")),
    "honour": (("no", "unknown"), ("no", "yes"), ("unknown", "yes")),
    "safe_today": (("yes", "unknown"), ("yes", "no")),
    "children": (
        *(("no", key) for key in ("unknown", "yes", "both", "self", "unborn")),
        *(("unknown", key) for key in ("yes", "both", "self", "unborn")),
        ("yes", "both"),
        ("unborn", "both"),
    ),
}
MORE = ("signs", "risk", "red_flags")


@proves("P7", "monotone")
def monotone(ground: Ground) -> Iterator[Demand]:
    """Adding a red flag, a sign, a child or a danger, or changing "no" to "unknown", never lowers the urgency and
    never removes a duty card.

    Et rødt flag, et tegn, et barn eller en fare mere, eller «ved ikke» i stedet for «nej», gør det aldrig mindre
    hastende og fjerner aldrig et underretningskort.
    """
    if not any("duty" in card.marks for _, card in ground.cards()):
        return
    yield Rule(_urgency_never_falls, "der er sagt mere, og det haster mindre")
    yield Rule(_duty_never_falls, "der er sagt mere, og pligten er væk")
    # The card comes where the duty stands (P3) and only there, and that never falls: so the card is never removed.
    yield After(_only_where_it_stands, "underretningskortet kommer, hvor ingen pligt står", (facts.STANDS,))


def _only_where_it_stands(press: Press) -> bool | None:
    moved = press.after.state != press.before.state and not press.looks
    if not moved or "duty" not in press.flow.states[press.after.state].marks:
        return None
    return facts.duty(press.after.answers)


def _urgency_never_falls() -> Iterator[tuple[Answers, bool]]:
    """Reason by reason, since any one of them is enough; "now" is the highest there is."""
    for reason in (*derived.NOW, *derived.SAME_DAY):
        for _, worse in _raised(reason):
            yield worse, reason(worse) or any(now(worse) for now in derived.NOW)


def _duty_never_falls() -> Iterator[tuple[Answers, bool]]:
    stands = Guard("the duty stands", frozenset(facts.DUTY), derived.duty_stands)
    for _, worse in _raised(stands):
        yield worse, stands(worse)


def _raised(guard: Guard) -> Iterator[tuple[dict[str, Value], dict[str, Value]]]:
    """All answers under which a condition holds, each beside the same with one thing more, or worse, said."""
    answerable = domain([guard])
    asked = sorted(guard.reads)
    for values in product(*(answerable[question] for question in asked)):
        answers = {q: value for q, value in zip(asked, values, strict=True) if value is not None}
        if not guard(answers):
            continue
        for question in asked:
            for value in answerable[question]:
                if value is not None and _is_worse(question, answers.get(question), value):
                    yield answers, {**answers, question: value}


def _is_worse(question: str, was: Value | None, becomes: Value) -> bool:
    if question in MORE:
        return set(was or ()) < set(becomes)
    return (was, becomes) in WORSE.get(question, ())


@on("something gives concern", *facts.REASON)
def _CONCERN(answers: Answers) -> bool:  # noqa: N802 - a condition, named as the others are
    return facts.reason(answers)


@proves("P8", "ways out")
def ways_out(ground: Ground) -> Iterator[Demand]:
    """Every card offers back, stop and emergency help; every road ends; nothing is unreachable; at most 10 presses
    where nothing gives concern, 20 with the gate in order and no emergency, 24 always.

    Hvert kort har tilbage, stop og akut; hver vej slutter; intet er uden for rækkevidde; højst 10 tryk, hvor intet
    vækker bekymring, 20 med alt på plads og ingen fare, 24 altid.
    """

    def has_them(session: Session, card: Card) -> bool | None:
        if session.view or ground.flow.states[session.state].ends:
            return None
        return {"back", "stop", "acute", "hide"} <= {button.code for button in card.controls}

    def leads_out(session: Session, card: Card) -> bool | None:
        """Of a view: back to the card, to the hidden screen, to an end; the hidden screen has its own four only."""
        codes = {button.code for button in card.controls}
        if not session.view:
            return None
        if session.view == "hide.acute":
            return codes == {"next", "hide"}
        if session.is_hidden:
            return codes == {"back", "hide", "more", "acute"} and card.marks == {"neutral"}
        return {"hide", "stop"} <= codes and bool(codes & {"back", "next"})

    yield Each(has_them, "kortet mangler tilbage, stop, skjul eller akut")
    yield Each(leads_out, "fra visningen mangler en vej ud")
    yield EveryRoadEnds()
    yield EverythingIsReached()
    for name, state in ground.flow.states.items():
        offered = {choice.key for choice in state.choices if choice.question == state.question}
        for key in sorted(set(QUESTIONS.get(state.question, ())) - offered if offered else ()):
            yield Wrong(name, f"svaret {state.question}.{key} kan ikke gives")
    yield AtMost(24)
    if any(card.question == "gate" for _, card in ground.cards()):
        yield AtMost(20, avoids=frozenset({"gate.missing"}), emergency=False)
        above = frozenset(f"level.{key}" for key in facts.LEVELS[1:])
        yield AtMost(10, avoids=above, ends=but_not(facts.ALWAYS, _CONCERN))


@proves("P16", "steady")
def steady(ground: Ground) -> Iterator[Demand]:
    """A press of an old card, the same press twice, typed words, looking at something and saving and loading again
    change nothing; back returns to the card before, as it was; what is hidden comes back by one act only.

    Et tryk på et gammelt kort, det samme tryk to gange, skrevne ord, et kig på noget og at gemme og hente igen
    ændrer intet; tilbage fører til kortet før, som det var; det skjulte kommer kun frem ved det samme tryk to gange.
    """

    def still(press: Press) -> bool | None:
        if press.code not in STILL:
            return None
        return _as_it_was(press.before, press.after) and press.before.view == press.after.view

    def only_looks(press: Press) -> bool | None:
        looking = press.code in ground.flow.views or press.code in ("why", "show")
        if not press.looks or not (looking or press.before.view) or press.step.note or press.code == "stop":
            return None
        return _as_it_was(press.before, press.after) and not press.step.does

    def back(press: Press) -> bool | None:
        if press.code != "back" or press.before.view or press.step.note or press.came_from is None:
            return None
        return _as_it_was(press.came_from, press.after)

    def stays_hidden(press: Press) -> bool | None:
        """It is uncovered by the second of two presses on `hide`, from the room that the first one showed."""
        if not press.before.is_hidden or press.code in STILL:
            return None
        uncovers = press.code == "hide" and press.before.view == "hide.room"
        return press.after.is_hidden != uncovers

    yield After(stays_hidden, "det skjulte kort kom frem, eller blev skjult, da det ikke skulle")
    yield After(still, "noget ændrede sig af noget, der intet betyder")
    yield After(only_looks, "noget ændrede sig af at kigge")
    yield After(back, "tilbage fører ikke til kortet før, som det var")


def _as_it_was(one: Session, other: Session) -> bool:
    return (one.state, one.trail, one.ticks, one.sealed, one.given, one.reference) == (
        other.state,
        other.trail,
        other.ticks,
        other.sealed,
        other.given,
        other.reference,
    )
