"""Properties of handing over: consent, what is told is stored, honest closings, a consent that is kept."""

from collections.abc import Iterator
from itertools import product

from bot import derived
from bot.flows.conditions import both, either
from bot.flows.properties.demands import (
    After,
    Demand,
    Each,
    Ground,
    Never,
    Rule,
    Wrong,
    but_not,
    carries,
    on,
    proves,
)
from bot.flows.trying import Press
from bot.flows.vocabulary import QUESTIONS
from bot.model import URGENCIES, Answers, Card, Guard, Session, State

CLOSINGS = frozenset({"completed", "declined", "not_reached", "handled_elsewhere", "sent_in_error"})
# What a press says is done, and the deed that must be stored with it.
DONE_WITH = {
    "take.accept": "accept",
    "reason": "pass_on",
    "plan.not_needed": "plan",
    "review": "plan",
    **{question: question for question in ("contact", "assessment", "tool", "offer", "answer", "close")},
}

CONSENTED: Guard = on("a consent, or advice without a name", "consent")(
    lambda answers: answers.get("consent") in {"named", "anonymous"}
)
ON_ITS_WAY: Guard = on("somebody to go to", "route")(lambda answers: answers.get("route") != "none")


def _paths() -> Iterator[tuple[Answers, bool]]:
    domains = ((None, *QUESTIONS["wish"]), (None, *QUESTIONS["consent"]), (None, "advice"))
    for wish, said, asked in product(*domains):
        given = (("wish", wish), ("consent", said), ("asked", asked))
        answers = {question: value for question, value in given if value is not None}
        yield answers, derived.path(answers) not in {"referral", "shelter"} or said == "named"


@proves("P6", "consent")
def consent(ground: Ground) -> Iterator[Demand]:
    """A named referral only after a consent with a name; without it only advice without a name. Consent never
    limits the notification, 112 or a call to one's manager.

    En henvisning med navn kun efter samtykke med navn; uden det kun råd uden navn. Samtykke begrænser aldrig
    underretningen, 112 eller et opkald til lederen.
    """

    def only_then(press: Press) -> bool | None:
        if "refer" not in press.step.does:
            return None
        return press.code in {"consent.named", "consent.anonymous"} or press.step.note == "asked"

    def all_four(session: Session, card: Card) -> bool | None:
        codes = {button.code for button in card.choices if button.code.startswith("consent.")}
        return codes == {f"consent.{key}" for key in QUESTIONS["consent"]} if codes else None

    def by_its_name(press: Press) -> bool | None:
        """What is stored is what was pressed: no other answer makes it a consent with a name."""
        if "refer" not in press.step.does or press.step.note == "asked":
            return None
        return (press.after.answers.get("consent") == "named") == (press.code == "consent.named")

    yield After(only_then, "noget overleveres uden samtykke")
    yield After(by_its_name, "det, der gemmes, er ikke det samtykke, der blev trykket")
    yield from _said_for_her(ground)
    yield Rule(_paths, "en vej med navn uden samtykke med navn")
    yield Each(all_four, "ikke alle svar om samtykke kan gives")
    for where, card in ground.cards():
        if card.question == "consent" and card.choices and "consent" not in card.marks:
            yield Wrong(where, "kortet spørger om samtykke uden at være mærket sådan")


def _said_for_her(ground: Ground) -> Iterator[Demand]:
    """What is hers or the citizen's to say is never set by another answer."""
    for where, card in ground.cards():
        for choice in card.choices:
            if choice.sets.keys() & {choice.question, "consent", "level", "duty", "wish"}:
                yield Wrong(where, f"{choice.code} sætter et svar, der ikke er dets eget")


@proves("P10", "told is stored")
def told_is_stored(ground: Ground) -> Iterator[Demand]:
    """No card says sent, accepted or noted before that which makes it true is stored.

    Intet kort siger sendt, taget eller noteret, før det, der gør det sandt, er gemt.
    """

    def with_its_deed(press: Press) -> bool | None:
        question = press.code.partition(".")[0]
        deed = DONE_WITH.get(press.code) or DONE_WITH.get(question)
        if deed is None or press.step.note or press.looks:
            return None
        return press.step.does == (deed,)

    def says_sent_with_the_deed(press: Press) -> bool | None:
        if press.looks or press.before.view or press.step.note or press.after.state == press.before.state:
            return None
        if press.after.state not in says_sent or "sent" not in press.card.marks:
            return None
        return "refer" in press.step.does

    says_sent = {name for name, state in ground.flow.states.items() if carries(state, "sent")}

    def says_so_at_once(press: Press) -> bool | None:
        if "refer" not in press.step.does or press.step.note == "asked" or press.looks:
            return None
        return "sent" in press.card.marks

    yield After(says_so_at_once, "det er sendt, og det næste kort siger det ikke")
    yield After(with_its_deed, "det, trykket siger er gjort, gemmes ikke med det")
    yield After(says_sent_with_the_deed, "kortet siger sendt, og intet blev sendt med det tryk")
    for where, card in ground.cards():
        if "sent" in card.marks:
            yield Never(
                where, but_not(ON_ITS_WAY, _says(card, "{key_role}")), "kortet siger ikke, hvem det går til"
            )
            nobody = but_not(both(()), ON_ITS_WAY)
            yield Never(
                where,
                but_not(nobody, _says(card, "{key_phone}")),
                "ingen kan få den, og der er intet nummer at ringe til",
            )
            yield Never(where, but_not(both(()), CONSENTED), "kortet siger sendt uden et samtykke")


def _says(card: State, said: str) -> Guard:
    return either([both(line.when) for line in card.lines if said in line.text.msgid])


@proves("P13", "closing")
def closing(ground: Ground) -> Iterator[Demand]:
    """A referral ends only by one of the closing codes or by being passed on; a plan made has a review date.

    En henvisning slutter kun med en af afslutningskoderne eller ved at blive givet videre; en plan, der er lavet,
    har en dato for opfølgning.
    """

    def by_a_code(press: Press) -> bool | None:
        if "close" not in press.step.does:
            return None
        question, _, key = press.code.partition(".")
        return question == "close" and key in CLOSINGS and press.step.ended

    def with_a_date(press: Press) -> bool | None:
        """Nothing is stored of a plan before its date, which is asked for at once."""
        if press.code == "plan.made" and not press.step.note:
            return not press.step.does and press.flow.states[press.after.state].question == "review"
        if "plan" not in press.step.does:
            return None
        answers = press.after.answers
        return answers.get("plan") == "not_needed" or bool(answers.get("review"))

    yield After(by_a_code, "henvisningen afsluttes af andet end en afslutningskode")
    yield After(with_a_date, "en plan er lavet uden en dato for, hvornår den ses efter")
    if any(card.question == "close" for _, card in ground.cards()):
        for name, state in ground.flow.states.items():
            if state.ends and not ground.can_come_anywhere(name):
                yield Never(
                    name,
                    _not_ended_honestly,
                    "henvisningen slutter uden at være afsluttet eller givet videre",
                )


@on("neither closed nor passed on, or a plan without a date", "close", "take", "reason", "plan", "review")
def _not_ended_honestly(answers: Answers) -> bool:
    passed_on = answers.get("take") == "pass_on" and "reason" in answers
    ended = answers.get("close") in CLOSINGS or passed_on
    return not ended or (answers.get("plan") == "made" and not answers.get("review"))


def _urgencies() -> Iterator[tuple[Answers, bool]]:
    for one, other in product(URGENCIES, URGENCIES):
        most = max(one, other, key=URGENCIES.index)
        yield {"urgency": one, "then": other}, derived.higher(one, other) == most


@proves("P15", "consent is kept")
def consent_is_kept(ground: Ground) -> Iterator[Demand]:
    """The referral is stored the moment consent is given, before the remaining questions; later answers may raise
    its urgency, never lower it; going back never undoes it.

    Henvisningen er gemt i det øjeblik, samtykket er givet, før de øvrige spørgsmål; senere svar kan gøre den mere
    hastende, aldrig mindre; at gå tilbage fortryder den aldrig.
    """

    def at_once(press: Press) -> bool | None:
        if press.step.note == "asked" or press.code in {"consent.named", "consent.anonymous"}:
            moved = press.after
            return (
                press.step.does == ("refer",) and moved.sealed == len(moved.trail) if not _no(press) else None
            )
        return None

    def stays(press: Press) -> bool | None:
        if press.code != "back" or not press.before.sealed:
            return None
        before, after = press.before, press.after
        return after.trail[: before.sealed] == before.trail[: before.sealed]

    yield After(at_once, "samtykket er givet, og henvisningen er ikke gemt med det")
    yield After(stays, "tilbage går hen over det, der er overleveret")
    yield Rule(_urgencies, "en senere hast sænker en tidligere")


def _no(press: Press) -> bool:
    return press.step.note in {"stale", "not_offered"}
