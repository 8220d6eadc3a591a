"""Properties of the notification duty: reached, standing, not told to parents first, never left unfinished."""

from collections.abc import Iterator

from bot import derived
from bot.engine import STOPPED
from bot.flows.conditions import both, either
from bot.flows.properties import facts
from bot.flows.properties.demands import (
    SAID,
    After,
    Demand,
    Ground,
    Never,
    Owed,
    Rule,
    but_not,
    carries,
    offered,
    on,
    proves,
    shown,
)
from bot.flows.trying import Press
from bot.model import Answers, State

DUTY_FACTS = ("duty_personal", "duty_reason", "duty_no_proof", "duty_first", "duty_now")
ALWAYS_OFFERED = ("notified", "today", "earlier", "colleague", "advice_first", "considered")
ABOUT_THE_CHILD = ("exposure", "suspected", "child_danger")


def _duty_cards(ground: Ground) -> Iterator[tuple[str, State]]:
    return ((where, card) for where, card in ground.cards() if "duty" in card.marks)


@proves("P3", "duty reached")
def duty_reached(ground: Ground) -> Iterator[Demand]:
    """Children, a pregnancy, or not knowing, together with a reason, never reach an end without the duty check. Not
    knowing shows "find out today", never "you must notify", and no more is asked about that child.

    Børn, en graviditet eller ikke at vide det, sammen med en grund, når aldrig en slutning uden underretningskortet.
    Ved man det ikke, står der «find ud af det i dag», aldrig «du skal underrette», og der bliver ikke spurgt mere om
    det barn.
    """
    if any(card.question == "children" for _, card in ground.cards()):
        yield Owed("duty", facts.STANDS)
    for where, card in _duty_cards(ground):
        must, find_out = shown(card, "duty_must"), shown(card, "duty_find_out")
        yield Never(
            where,
            both([facts.UNKNOWN, must]),
            "der står «du skal underrette», hvor ingen ved, om der er et barn",
        )
        yield Never(where, but_not(facts.UNKNOWN, find_out), "der står ikke «find ud af det i dag»")
        yield Never(
            where, but_not(facts.NOT_UNKNOWN, must), "der står ikke, at medarbejderen skal underrette"
        )
    for name, state in ground.flow.states.items():
        if state.question in ABOUT_THE_CHILD:
            yield Never(name, facts.UNKNOWN, "der spørges til et barn, som ingen ved af")


@proves("P4", "duty stands")
def duty_stands(ground: Ground) -> Iterator[Demand]:
    """Denial, lack of consent, the wish not to be helped, a manager or a colleague never remove the duty card. It
    says: personal, reason to assume is enough, no proof, before confidentiality, now. What is not done leaves a
    reminder.

    Et nej, manglende samtykke, ønsket om ikke at få hjælp, en leder eller en kollega fjerner aldrig
    underretningskortet. Det siger: personlig, grund til at antage er nok, intet bevis, før tavshedspligten, straks.
    Det, der ikke er gjort, efterlader en påmindelse.
    """
    for where, card in _duty_cards(ground):
        for fact in DUTY_FACTS:
            behind = either([both(line.when) for line in card.why if fact in line.marks])
            said = shown(card, fact)
            yield Never(
                where, but_not(facts.NOT_UNKNOWN, said), f"underretningskortet siger ikke: {SAID[fact]}"
            )
            yield Never(
                where,
                but_not(facts.UNKNOWN, either([said, behind])),
                f"hverken underretningskortet eller dets «Hvorfor» siger: {SAID[fact]}",
            )
        for choice in ALWAYS_OFFERED:
            yield Never(
                where,
                but_not(facts.ALWAYS, offered(card, f"duty.{choice}")),
                f"svaret {choice} mangler på underretningskortet",
            )
    if any(_duty_cards(ground)):
        yield Rule(_reminders, "det, der er åbent af pligten, er ikke det, der skal mindes om")


_MARKED: tuple[Answers, ...] = (
    {},
    *({"signs": (sign,)} for sign in ("control", "injuries")),
    *({"risk": (seen,)} for seen in ("changed", "injuries", "seen")),
)


def _reminders() -> Iterator[tuple[Answers, bool]]:
    for answers in facts.all_answers("duty", "exposure", "children", "level", "mode", "response"):
        for marked in _MARKED if "level" in answers else ({},):
            each = {**answers, **marked}
            yield each, derived.duty_is_open(each) == facts.duty_is_open(each)


@proves("P5", "parents")
def parents(ground: Ground) -> Iterator[Demand]:
    """Where a parent may be the one, or nobody knows, one card says to mention neither suspicion nor notification
    to parents, and none says otherwise. Where the employee talks with an exposed parent, one card says to ask
    the reception team what may be said. With honour, or doubt about it, one card says not to contact the family.

    Hvor en forælder kan være den, eller ingen ved det, siger ét kort, at hverken mistanke eller underretning nævnes
    for forældre, og intet kort siger noget andet. Taler medarbejderen med en udsat forælder, siger ét kort, at
    modtagelsen spørges, hvad der må siges. Ved ære, eller tvivl om det, siger ét kort, at familien ikke kontaktes.
    """
    asked = {card.question for _, card in ground.cards()}
    if "suspected" in asked:
        yield Owed("parents_not_first", facts.PARENT_MAY_BE)
    if "honour" in asked:
        yield Owed("honour_first", facts.HONOUR)
    if "children" in asked:
        yield Owed("ask_reception_first", facts.EXPOSED_PARENT)
    for where, card in ground.cards():
        said = shown(card, "with_parents")
        if carries(card, "with_parents"):
            yield Never(
                where, both([said, _NOT_WITH_PARENTS]), "der står, at man gennemgår det med forældrene"
            )
            yield Never(
                where, both([said, shown(card, "parents_not_first")]), "kortet siger to ting om forældrene"
            )


@on("parents must not know", "suspected", "honour", "children")
def _NOT_WITH_PARENTS(answers: Answers) -> bool:  # noqa: N802 - a condition, named as the others are
    return (
        answers.get("suspected") not in {"other", "nobody"}
        or answers.get("honour") in {"yes", "unknown"}
        or answers.get("children") in {"self", "unknown"}
    )


def _unanswered() -> Iterator[tuple[Answers, bool]]:
    for answers in facts.all_answers("children", "level", "mode", "response", "honour"):
        yield answers, derived.duty_is_open(answers) == facts.duty(answers)


@proves("P12", "unfinished duty")
def unfinished_duty(ground: Ground) -> Iterator[Demand]:
    """A conversation that is left while a duty stands unanswered leaves a reminder behind, and every card says of
    the reminder what is so.

    En samtale, der forlades, mens en pligt står ubesvaret, efterlader en påmindelse, og hvert kort siger om
    påmindelsen, hvad der er sandt.
    """

    def keeps_its_answers(press: Press) -> bool | None:
        if press.code != "stop" or press.step.note:
            return None
        left = press.after
        return press.step.ended and left.state == STOPPED and left.answers == press.before.answers

    yield After(keeps_its_answers, "stop mister det, der er svaret")
    if not any(_duty_cards(ground)):
        return
    yield Rule(_unanswered, "en pligt, der står ubesvaret, er ikke åben")
    for where, card in ground.cards():
        reminds = shown(card, "reminder")
        if carries(card, "reminder"):
            yield Never(where, but_not(reminds, facts.OPEN), "kortet lover en påmindelse, der ikke kommer")
        if card.ends:
            yield Never(
                where, but_not(facts.LEFT_OPEN, reminds), "kortet siger intet om en pligt, der står åben"
            )
