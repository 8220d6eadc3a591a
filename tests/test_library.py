"""The library of cards: each on one screen in every language, three taps deep, found by a word, and beside a
conversation it leaves everything as it was."""

import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot import browsing, library
from bot.errors import FlowError
from bot.flows import loader
from bot.library import LibraryCard
from bot.locales import reading
from bot.locales.screen import screen
from bot.model import CARD_LENGTH, Card
from bot.storage import people
from tests import wire as raw
from tests.cast import CITIZEN, CONTENT, TYPED, Cast, Person, on_stage, session_of

CARDS = CONTENT.library.cards
SUBJECTS = {  # what the library must know, by the shelf that has it
    "core": "coordination relation detection recognition risk mirroring network coping approaches",
    "forms": "violence physical psychological sexual material economic digital stalking honour latent",
    "signs": "adultsigns childsigns age0 age1 age3 age6 age13",
    "answers": "tells saysno declines man old disability losing uses",
    "meeting": "interpreter telephone online dont whystay overlooked",
    "after": "levels afternotice assessment safetyplan course childcase groups yourself",
    "roles": "keyperson reception acute coordinator outreach focusteam childrenhouse ssp police leader",
}


# --- the cards ----------------------------------------------------------------------------------------------


def test_the_library_has_every_card_that_it_is_to_have_on_its_shelf() -> None:
    there = {shelf.name: {card.name for card in shelf.cards} for shelf in CONTENT.library.shelves}
    assert there == {shelf: set(names.split()) for shelf, names in SUBJECTS.items()}


@pytest.mark.parametrize("unverified", [True, False], ids=["approved", "verified-only"])
async def test_every_card_fits_one_screen_in_every_language_of_the_staff(
    tmp_path: Path, unverified: bool
) -> None:
    content = loader.load(unverified=unverified)
    words = reading.load(needed=content.needed())
    assert set(words.languages) == {"da", "en", "de"}
    async with on_stage(tmp_path, words=words) as cast:
        staff, too_long = await cast.anna.staff(), []
        for language in words.languages:
            reader, places = replace(staff, language=language), cast.house.places(staff.unit, language)
            for card in content.library.cards.values():
                lines = tuple(browsing.lines(cast.house, reader, card))
                said = screen(words, Card(lines), language, places).text
                too_long += [(language, card.name, len(said))] if len(said) > CARD_LENGTH else []
        assert too_long == []


async def test_a_card_says_what_why_how_the_words_and_its_sources_in_this_order(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/cards")
        await cast.anna.press("0:shelf.meeting")
        await cast.anna.press("0:card.interpreter")
        card, said = CARDS["interpreter"], cast.anna.screen
        assert card.words is not None and card.memory is not None
        parts = (card.title, card.what, card.why, card.how, card.words, card.memory)
        places = [said.index(part.msgid.split("\n")[0]) for part in parts] + [said.index("Kilder:")]
        assert places == sorted(places)
        assert f"«{card.words.msgid}»" in said


def test_where_nobody_has_approved_what_rests_on_memory_it_is_left_out_with_its_source() -> None:
    plain = loader.load(unverified=False).library.cards
    remembered = {name for name, card in CARDS.items() if card.memory}
    assert len(remembered) > 8
    for name in remembered:
        assert plain[name].memory is None and "Udkast" not in plain[name].cited
        assert plain[name].digest != CARDS[name].digest


def test_no_card_of_the_library_says_what_a_professional_would_not_forgive() -> None:
    never = (
        *(
            " offer ",
            "gerningsm",
            "benægter",
            "indrømmer",
            "påstår",
            "ingen fare",
            "lav risiko",
            "er strafbart efter",
        ),
        *("inden for 24 timer skal du", "!", "§", "%"),
    )
    every = [text.msgid for card in CARDS.values() for text in card.said if text is not card.find]
    assert len(every) > 200
    for said in every:
        assert not [word for word in never if word in said.lower()], said


def test_words_for_the_citizen_never_ask_why_and_never_demand_the_word_violence() -> None:
    words = [card.words.msgid for card in CARDS.values() if card.words is not None]
    assert len(words) > 20
    assert not [one for one in words if "hvorfor" in one.lower()]
    assert not [one for one in words if re.search(r"\bvold\b[^.]*\?", one.lower())]


# --- in the chat --------------------------------------------------------------------------------------------


async def test_every_card_is_at_most_three_taps_from_the_command(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        anna, reached = cast.anna, set[str]()
        await anna.say("/cards")
        shelves = [code for code in codes(anna) if code.startswith("0:shelf.")]
        for shelf in shelves:
            await anna.press("0:cards.0") if "0:cards.0" in codes(anna) else None
            await anna.press(shelf)
            reached |= {code for code in codes(anna) if code.startswith(("0:card.", "0:offer."))}
        assert {f"0:card.{name}" for name in CARDS} <= reached
        assert "0:offer.0" in reached


async def test_emergency_help_and_the_hidden_screen_are_on_every_card_of_the_library(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/cards")
        for press in (
            "0:shelf.answers",
            "0:card.tells",
            "0:shelf.answers",
            "0:cards.0",
            "0:shelf.offers",
            "0:offer.1",
        ):
            assert {"0:acute.0", "0:hide.0"} <= codes(cast.anna)
            await cast.anna.press(press)
        await cast.anna.press("Skjul")
        assert "Kilder" not in cast.anna.screen and "/new" in cast.anna.screen
        await cast.anna.press("Akut")
        assert "Ring 112" in cast.anna.screen


async def test_a_card_read_in_the_middle_of_a_conversation_leads_back_to_the_same_place(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        anna = cast.anna
        await anna.say("/new")
        await anna.press("moment.during")
        await anna.press("mode.concern")
        await anna.press("signs.fear")
        before, card = await session_of(anna), anna.screen
        await anna.press("Tegn hos voksne")
        assert "Kilder" in anna.screen
        await anna.press("Til kortene")
        await anna.press("Tilbage til samtalen")
        after = await session_of(anna)
        assert anna.screen == card
        assert replace(after, version=0) == replace(before, version=0)
        assert "✓ Frygt eller uro" in anna.buttons(await anna.live())


async def test_a_card_in_a_conversation_is_hidden_with_one_press_and_comes_back_by_the_same_act(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        anna = cast.anna
        await anna.say("/new")
        await anna.press("0:card.telephone")
        old = await anna.live()
        await anna.press("Skjul")
        assert "Mødeoverblik" in anna.screen
        await anna.press_raw("0:card.telephone", old)  # an old button brings nothing back
        await anna.say("/cards")
        assert "Mødeoverblik" in anna.screen
        await anna.uncover()
        assert "Hvornår bruger du mig?" in anna.screen


async def test_whoever_reads_is_not_covered_as_if_she_had_gone(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        cast.later(minutes=4)
        await cast.anna.press("0:card.telephone")
        cast.later(minutes=4)
        await cast.outbox()
        assert "Kilder" in cast.anna.screen
        cast.later(minutes=2)
        await cast.outbox()
        assert "Mødeoverblik" in cast.anna.screen


def test_every_card_that_a_flow_links_to_is_one_of_two_at_most_and_most_questions_link_to_one() -> None:
    states = [state for flow in CONTENT.flows.values() for state in flow.states.values() if not state.ends]
    linked = [state for state in states if state.cards]
    assert len(linked) > 20
    detection = [state for state in CONTENT.flows["detection"].states.values() if not state.ends]
    assert [state.name for state in detection if not state.cards] == []
    for state in linked:
        assert len(state.cards) <= 2 and set(state.cards) <= CARDS.keys(), state.name


async def test_an_unknown_or_forged_card_shows_the_shelves(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        for forged in ("0:card.nosuch", "0:shelf.nosuch", "0:offer.99", "0:offer.x"):
            await cast.anna.say("/cards")
            await cast.anna.press_raw(forged, await cast.anna.live())
            assert any(code.startswith(("0:shelf.", "0:offer.")) for code in codes(cast.anna)), forged


# --- found by a word ----------------------------------------------------------------------------------------


def danish(asked: str) -> list[str]:
    return [card.name for card in library.find(CONTENT.library, asked, lambda text: text.msgid)]


@pytest.mark.parametrize(
    ("asked", "card"),
    [
        ("tolk", "interpreter"),
        ("tolken", "interpreter"),
        ("TOLK", "interpreter"),
        ("børnehus", "childrenhouse"),
        ("boernehus", "childrenhouse"),
        ("bornehus", "childrenhouse"),
        ("mænd", "man"),
        ("maend", "man"),
        ("gravid", "age0"),
        ("telefonn", "telephone"),
        ("stalkng", "stalking"),
        ("kærlighed", "whystay"),
        ("hvad gør jeg når hun har brug for en tolk", "interpreter"),
    ],
)
def test_a_word_finds_its_card_however_it_is_spelt(asked: str, card: str) -> None:
    assert card in danish(asked)


@pytest.mark.parametrize("asked", ["", " ", "er", "xyzzy", "🙂", "§§§", "a" * 40])
def test_what_is_no_word_of_ours_finds_nothing(asked: str) -> None:
    assert danish(asked) == []


def test_a_word_finds_eight_cards_at_most_the_best_first() -> None:
    found = danish("børn tegn signaler unge voksen mistanke nej hjælp")
    assert len(found) == library.FOUND_AT_MOST
    assert found[0] in {"childsigns", "adultsigns"}


async def test_a_word_that_finds_one_card_shows_it_and_one_that_finds_none_the_shelves(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/cards teams")
        assert cast.anna.screen.startswith(CARDS["online"].title.msgid)
        await cast.anna.say("/kort xyzzy")
        assert "ikke et kort" in cast.anna.screen and "0:shelf.core" in codes(cast.anna)


@pytest.mark.parametrize("command", ["/cards", "/kort"])
async def test_what_identifies_somebody_is_answered_as_typed_words_are_and_kept_nowhere(
    tmp_path: Path, command: str
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say(f"{command} {CITIZEN}")
        assert TYPED in cast.anna.screen
        await cast.outbox()
        assert "(hendes egen besked)" not in cast.anna.messages.values()
        stored = await cast.everything()
        assert not [word for word in CITIZEN.split() if len(word) > 4 and word in stored]


async def test_a_name_typed_after_the_command_is_neither_stored_nor_shown_again(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/cards Mette Hansen")
        assert "Mette" not in cast.anna.transcript() and "Mette" not in await cast.everything()


async def test_a_stranger_finds_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        stranger = cast.stranger(9009)
        await stranger.say("/cards tolk")
        assert "kun for inviterede" in stranger.screen


async def test_of_an_edited_or_forwarded_command_no_word_is_read(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        message = cast.number()
        update = raw.text(cast.anna.chat, "/cards tolk", message)
        update["edited_message"] = update.pop("message")
        await cast.anna.send(update, message)
        assert TYPED in cast.anna.screen


# --- the municipality's own offers --------------------------------------------------------------------------


async def test_an_offer_says_until_when_it_holds_and_when_it_was_checked(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/cards")
        await cast.anna.press("Tilbud og links hos jer")
        await cast.anna.press("0:offer.0")
        assert "31. dec. 2027" in cast.anna.screen and "2. nov. 2026" in cast.anna.screen


async def test_the_preparedness_plan_and_the_way_to_notify_are_two_taps_away_with_their_age(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        for label, url in (("Beredskabsplanen", "beredskabsplan"), ("Her underretter du", "underretning")):
            await cast.anna.say("/cards")
            await cast.anna.press("Tilbud og links hos jer")
            await cast.anna.press(label)
            assert url in cast.anna.screen and "Sidst tjekket 2. nov. 2026" in cast.anna.screen
        await cast.anna.press_raw("0:link.9", await cast.anna.live())
        assert "Tilbud og links hos jer" in cast.anna.screen


async def test_an_offer_whose_time_is_over_is_not_shown_and_nobody_is_left_without_a_number(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        cast.house = replace(cast.house, offers=tuple)
        await restart(cast)
        await cast.anna.say("/cards")
        await cast.anna.press("Tilbud og links hos jer")
        assert "1888" in cast.anna.screen and "0:offer.0" not in codes(cast.anna)


# --- a card that has changed --------------------------------------------------------------------------------


CHANGED = "ændret, siden du læste det sidst"


async def test_a_card_that_changed_since_it_was_last_read_says_so_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await read(cast.anna)
        assert CHANGED not in cast.anna.screen
        await with_card(cast, replace(CARDS["tells"], digest="ffffffff"))
        await read(cast.anna)
        assert CHANGED in cast.anna.screen
        await read(cast.anna)
        assert CHANGED not in cast.anna.screen


async def test_what_somebody_has_read_is_sealed_and_goes_with_her(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await read(cast.anna)
        row = await cast.row("freshness")
        assert b"tells" not in row["read"] and "tells" in cast.house.cipher.open(row["read"])
        number = await cast.anna.id()
        await cast.ask(lambda c: people.remove(c, number, cast.time.now()))
        assert await cast.rows("freshness") == []


def test_another_source_or_search_word_is_no_change_and_another_sentence_is(tmp_path: Path) -> None:
    flows = tmp_path / "flows"
    shutil.copytree(loader.DIRECTORY, flows)
    file = flows / "cards" / "answers.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("åbner, tillid", "åbner op, tillid"), "utf-8")
    assert loader.load(flows, unverified=True).library.cards["tells"].digest == CARDS["tells"].digest
    file.write_text(text.replace("Jeg tror på dig", "Jeg tror dig"), "utf-8")
    assert loader.load(flows, unverified=True).library.cards["tells"].digest != CARDS["tells"].digest


# --- what the loader refuses --------------------------------------------------------------------------------


CORE = '[shelf]\ntitle = "Hylde"\nplace = 9\n'
SOUND = {
    "title": '"Et kort"', "find": '"ord"', "what": '"Hvad."', "why": '"Fordi."', "how": '"Sådan."',
    "source": '["WHO"]', "review": '"udkast"',
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source": '["NOBODY 3"]'}, "unknown source 'NOBODY'"),
        ({"source": '["PRAKSIS"]'}, "names no source"),
        ({"source": "[]"}, "names no source"),
        ({"memory": '"Måske."'}, "needs the source PRAKSIS"),
        ({"law": '["BL 999"]'}, "unknown law reference 'BL 999'"),
        ({"what": '"Efter § 133."'}, "names a paragraph"),
        ({"how": '"Ring {nobody}."'}, "unknown placeholder '{nobody}'"),
        ({"words": '"Ring {key_phone}."'}, "words for the citizen have no placeholder"),
        ({"why": '" "'}, "why is empty"),
        ({"what": f'"{"lang " * 150}"'}, "a screen holds 700"),
        ({"title": f'"{"lang " * 10}"'}, "a button holds 1 to 48"),
        ({"colour": '"red"'}, "Extra inputs are not permitted"),
    ],
)
def test_a_mistake_in_a_card_is_named_with_its_file_and_card(
    tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    assert said in refusal(tmp_path, CORE + table("odd", SOUND | changes))


def test_a_card_with_no_name_of_ours_and_one_that_stands_twice_are_refused(tmp_path: Path) -> None:
    assert "small letters and digits" in refusal(tmp_path / "1", CORE + table("Not_so", SOUND))
    assert "stands on two shelves" in refusal(tmp_path / "2", CORE + table("tells", SOUND))
    assert "has no card" in refusal(tmp_path / "3", CORE)


def test_a_flow_that_links_to_no_card_or_to_three_is_refused(tmp_path: Path) -> None:
    flows = tmp_path / "flows"
    shutil.copytree(loader.DIRECTORY, flows)
    file = flows / "detection.toml"
    text = file.read_text("utf-8")
    file.write_text(
        text.replace('cards = ["tells", "saysno"]', 'cards = ["tells", "nosuch", "man"]'), "utf-8"
    )
    with pytest.raises(FlowError) as refused:
        loader.load(flows)
    assert "response: unknown library card 'nosuch'" in str(refused.value)
    assert "response: has 3 library cards" in str(refused.value)


def test_every_text_of_a_card_is_translated_as_its_own_sentence() -> None:
    needed = loader.load(unverified=True).needed()["staff"]
    for card in CARDS.values():
        assert all((text.context, text.msgid) in needed for text in card.said)


# --- what these tests share ---------------------------------------------------------------------------------


def codes(person: Person) -> set[str]:
    return set(person.buttons(max(person.messages)).values())


async def read(person: Person) -> None:
    await person.say("/cards")
    await person.press("0:shelf.answers")
    await person.press("0:card.tells")


async def with_card(cast: Cast, card: LibraryCard) -> None:
    changed = replace(cast.house.library, cards={**cast.house.library.cards, card.name: card})
    cast.house = replace(cast.house, library=changed)
    await restart(cast)


async def restart(cast: Cast) -> None:
    await cast.stop()
    await cast.start()


def table(name: str, keys: dict[str, str]) -> str:
    return "\n".join([f"\n[card.{name}]", *(f"{key} = {value}" for key, value in keys.items())])


def refusal(directory: Path, shelf: str) -> str:
    flows = directory / "flows"
    shutil.copytree(loader.DIRECTORY, flows)
    (flows / "cards" / "odd.toml").write_text(shelf, "utf-8")
    with pytest.raises(FlowError) as refused:
        loader.load(flows)
    assert "cards/odd.toml" in str(refused.value)
    return str(refused.value)


def test_today_the_offers_of_the_example_are_valid() -> None:
    from tests.cast import TOWN

    assert len(TOWN.offers_on(date(2026, 11, 28))) == 2
    assert TOWN.offers_on(date(2028, 1, 1)) == ()
