"""Every conversation in two languages that nobody speaks: what comes out in Danish did not go through the catalogues.

In the one each sentence is set in ⟦brackets⟧ with marks on its letters; the other is written from right to left.
Whatever stands outside is a name, a number or a source, or it was forgotten.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from bidi import get_display

from bot.flows import loader
from bot.locales.catalogue import Key
from bot.locales.direction import RIGHT_TO_LEFT
from bot.locales.screen import screen
from bot.locales.words import Plurals, Words
from bot.model import Card
from bot.storage import people
from tests.cast import Cast, Person, on_stage
from tests.talk import Talk, press
from tests.test_scenarios import SCENARIOS
from tests.test_transcripts import TODAY, TOWN

CONTENT = loader.load(unverified=True)
KEPT = re.compile(r"\{[a-z_]+\}|/[a-z]+|\d[\d ]*\d|\d|§ ?|\n|•")
LATIN = str.maketrans("aeiouyæøåAEIOUYÆØÅ", "áéíóúýǽǿǻÁÉÍÓÚÝǼǾǺ")
ARABIC = str.maketrans(
    {letter: chr(0x0627 + number % 20) for number, letter in enumerate("abcdefghijklmnopqrstuvwxyzæøå")}
)
# Names of things and people, codes of hand-overs, and what a telephone adds.
ALLOWED = re.compile(
    r"Anna Bjerregaard|Bente Bjerregaard|Karen Bjerregaard|r\d+|[✓·«»“”„:,.;/()\s–-]|"
    + RIGHT_TO_LEFT
    + "|[\u2066\u2069]"
)


def marked(said: str) -> str:
    return "⟦" + _but_kept(said, lambda one: one.translate(LATIN)) + "⟧"


def turned(said: str) -> str:
    """In Arabic letters that mean nothing."""
    return _but_kept(said, lambda one: one.lower().translate(ARABIC).replace("é", "ه"))


def _but_kept(said: str, change: "object") -> str:
    assert callable(change)
    parts, at = [], 0
    for kept in KEPT.finditer(said):
        parts += [change(said[at : kept.start()]), kept[0]]
        at = kept.end()
    return "".join([*parts, change(said[at:])])


def pseudo(language: str, change: "object") -> Words:
    assert callable(change)
    needed: list[Key] = [key for domain in CONTENT.needed().values() for key in domain]
    table = {(context, msgid): change(msgid) for context, msgid in needed}
    many = {
        (text.context, text.msgid): (change(text.msgid), change(text.many))
        for text in CONTENT.phrases.values()
        if text.many
    }
    citizen = {(context, msgid): change(msgid) for context, msgid in CONTENT.needed()["citizen"]}
    return Words(
        {"da": {}, language: table},
        shown={"da": {}, language: citizen},
        plurals={language: Plurals(many, lambda count: int(count != 1))},
    )


MARKED, TURNED = pseudo("en", marked), pseudo("ar", turned)
SOURCES = {
    line.text.msgid
    for flow in CONTENT.flows.values()
    for state in flow.states.values()
    for line in state.why
    if not line.text.context
}


def outside(said: str) -> str:
    """What does not stand in brackets, sources apart. A value that is filled in has brackets of its own."""
    for source in sorted(SOURCES, key=len, reverse=True):
        said = said.replace(source, "")
    while (fewer := re.sub(r"⟦[^⟦⟧]*⟧", "", said)) != said:
        said = fewer
    return ALLOWED.sub("", said)


def cards_of(scenario: dict[str, object]) -> Iterator[Card]:
    """Each card of a conversation, with why it is asked, more, and what can be shown."""
    talk = Talk.on(CONTENT.flows["detection"]).by_facts(scenario["facts"])  # type: ignore[arg-type]
    yield from talk.cards
    again = Talk.on(CONTENT.flows["detection"])
    for code in talk.codes:
        offered = {button.code for button in again.cards[-1].controls}
        for view in {"why", "show", "more", "hide"} & offered:
            opened = Talk(again.flow, press(again.flow, again.session, view).session)
            opened._look()
            yield opened.cards[-1]
        again.press(code)


def shown(words: Words, language: str, card: Card) -> Iterator[str]:
    values = {
        name: marked(value) if words is MARKED else value
        for name, value in TOWN.placeholders(TOWN.unit[0].id, language, TODAY).items()
    }
    made = screen(words, card, language, values | {"assessed_by": "⟦⟧", "receipt_by": "⟦⟧"})
    yield made.text
    yield from (label for row in made.rows for label, _ in row)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one["id"])
def test_every_word_of_a_conversation_goes_through_the_catalogues(scenario: dict[str, object]) -> None:
    looked = 0
    for card in cards_of(scenario):
        for said in shown(MARKED, "en", card):
            assert outside(said) == "", said
            looked += 1
    assert looked > 20


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one["id"])
def test_from_right_to_left_every_line_begins_at_the_right_and_no_number_turns_round(
    scenario: dict[str, object],
) -> None:
    looked = 0
    for card in cards_of(scenario):
        for said in shown(TURNED, "ar", card):
            for line in filter(None, said.removeprefix("✓ ").split("\n")):
                assert line.startswith(RIGHT_TO_LEFT), line
                seen = str(get_display(line, base_dir="R"))
                for number in re.findall(r"\d+(?: \d+)+", line):
                    assert number in seen, (line, seen)
                    looked += 1
    assert looked > 0 or scenario["id"] == "before-the-meeting"


def test_a_sentence_that_was_forgotten_would_be_found() -> None:
    assert outside("⟦Hvád⟧\n\nHusk mig") == "Huskmig"
    assert outside("⟦Ríng ⟦nøglepersonen⟧, 00⟧") == ""


# --- the house's own sentences, over the wire ---------------------------------------------------------


def seen_by(cast: Cast, person: Person) -> list[str]:
    """All that was ever shown in her chat: messages, buttons, and what a press was answered by."""
    found: list[str] = []
    for call in cast.wire.calls:
        if call.method in ("sendMessage", "editMessageText") and call.chat == person.chat:
            found.append(call.text)
            found += call.buttons
        if call.method == "answerCallbackQuery" and person._mine(call.parameters):
            found.append(call.text)
        if call.method == "setMyCommands" and str(person.chat) in json.dumps(
            call.parameters.get("scope", "")
        ):
            commands = call.parameters["commands"]
            found += [
                one["description"]
                for one in (json.loads(commands) if isinstance(commands, str) else commands)
            ]
    return [one for one in found if one]


async def test_a_whole_handover_says_nothing_that_did_not_go_through_the_catalogues(tmp_path: Path) -> None:
    async with on_stage(tmp_path, words=MARKED) as cast:
        places = cast.house.places

        def in_brackets(unit: str, language: str) -> dict[str, str]:
            return {name: marked(value) for name, value in places(unit, language).items()}

        object.__setattr__(cast.house, "places", in_brackets)
        for person in (cast.anna, cast.bente, cast.karen):
            number = await person.id()
            await cast.ask(lambda c, number=number: people.set_language(c, number, "en"))
        for command in (
            "/start",
            "/help",
            "/new",
            "/nonsense",
            "words",
            "/language",
            "/inbox",
            "/stop",
            "/clear",
        ):
            await cast.anna.say(command)
        for command in ("/away", "/help", "/inbox"):
            await cast.bente.say(command)
        for command in ("/staff", "/invite", "/help"):
            await cast.karen.say(command)
        await cast.karen.say("/staff")
        await cast.karen.press(next(iter(cast.karen.buttons(await cast.karen.live()))))
        await cast.anna.say("/new")
        await cast.anna.answer(
            until="consent", moment="during", mode="told", wish="help", children="yes", child_danger="no"
        )
        await cast.anna.press("show")
        await cast.anna.press("more")
        await cast.anna.press("back")
        await cast.anna.press("back")
        await cast.anna.press("consent.named")
        await cast.outbox()
        await cast.bente.say("/inbox")
        reference = await cast.reference()
        await cast.bente.press(f"0:open.{reference}")
        await cast.bente.press("take.accept")
        await cast.outbox()
        await cast.anna.press("more")
        await cast.anna.press("0:copy.overview")
        await cast.outbox()
        await cast.anna.press("back")
        await cast.anna.answer(duty="today")
        cast.later(hours=2)
        await cast.outbox()
        looked = 0
        for person in (cast.anna, cast.bente, cast.karen):
            said = seen_by(cast, person)
            assert len(said) > 15, person.name
            for one in said:
                left = outside(one)  # languages by their own names, links, and days as CLDR has them
                assert (
                    re.sub(r"Dánsk|Dansk|English|https?\S+|\d+|(Mon|Tue|Wed|Thu|Fri)(Nov|Dec)", "", left)
                    == ""
                ), one
                looked += 1
        assert looked > 150
