"""The words: placeholders, plurals, clocks, catalogues that are whole or are not, and the screen they stand on."""

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from bot import engine
from bot.flows import loader
from bot.locales import update
from bot.locales.screen import TICK, screen
from bot.locales.words import DIRECTORY, Words, load, problems_of
from bot.model import Button, Card, Flow, Line, Session, State, Text

ROOT = Path(__file__).parent.parent
DANISH = Words({"da": {}})
HELLO = Text("Ring {reception}, {reception_phone}.", "duty.duty")
VALUES = {"reception": "Modtagelsen", "reception_phone": "00 00 00 10"}


# --- one sentence -----------------------------------------------------------------------------------


def test_placeholders_are_filled_in() -> None:
    assert DANISH.say(HELLO, "da", VALUES) == "Ring Modtagelsen, 00 00 00 10."


@pytest.mark.parametrize("hole", [{"reception_phone": ""}, {"reception": ""}])
def test_a_sentence_with_an_empty_value_is_not_shown(hole: dict[str, str]) -> None:
    assert DANISH.say(HELLO, "da", {**VALUES, **hole}) == ""
    assert DANISH.say(HELLO, "da", {"reception": "Modtagelsen"}) == ""


def test_a_sentence_without_placeholders_needs_no_values() -> None:
    assert DANISH.say(Text("Ring 112.", "a.b"), "da", {}) == "Ring 112."


def test_what_is_filled_in_is_not_read_as_a_placeholder() -> None:
    values = {"reception": "{reception_phone}", "reception_phone": r"\1 \g<0>"}
    assert DANISH.say(HELLO, "da", values) == r"Ring {reception_phone}, \1 \g<0>."


def test_a_translation_is_found_by_its_context_and_a_name_is_never_translated() -> None:
    spoken = Words({"da": {}, "en": {("a.b", "Videre"): "Next", ("", "Videre"): "wrong"}})
    assert spoken.say(Text("Videre", "a.b"), "en", {}) == "Next"
    assert spoken.say(Text("Videre", "a.b"), "da", {}) == "Videre"
    assert spoken.say(Text("Videre", "c.d"), "en", {}) == "Videre"
    assert spoken.say(Text("Videre", ""), "en", {}) == "Videre"
    assert spoken.say(Text("Videre", "a.b"), "xx", {}) == "Videre"


@pytest.mark.parametrize(
    ("count", "language", "said"),
    [(1, "da", "1 sag"), (2, "da", "2 sager"), (0, "da", "0 sager"), (1, "en", "1 sag"), (0, "fr", "0 sag")],
)
def test_a_plural_follows_the_languages_own_rule(count: int, language: str, said: str) -> None:
    one, many = Text("{count} sag", "a.one"), Text("{count} sager", "a.many")
    assert DANISH.plural(one, many, count, language) == said


def test_a_time_is_that_of_the_clock_on_the_municipalitys_wall() -> None:
    winter, summer = datetime(2026, 1, 15, 9, 30, tzinfo=UTC), datetime(2026, 7, 15, 9, 30, tzinfo=UTC)
    assert DANISH.time(winter, "da") == "10.30"
    assert DANISH.time(summer, "da") == "11.30"
    assert Words({"da": {}}, zone="America/Nuuk").time(winter, "da") == "07.30"
    assert DANISH.time(winter, "en").startswith("10:30")


@pytest.mark.parametrize(
    ("telephone", "language"),
    [
        *(("en", "en"), ("en-GB", "en"), ("en_US", "en"), ("EN", "en"), ("da-DK", "da"), ("da", "da")),
        *(("", "da"), ("de", "da"), ("eng", "da"), ("-", "da"), ("ar-EG", "da"), ("e", "da")),
    ],
)
def test_the_nearest_language_of_a_telephone_is_one_that_is_there(telephone: str, language: str) -> None:
    assert load().nearest(telephone) == language


def test_a_language_is_called_by_its_own_name() -> None:
    assert [DANISH.language_name(code) for code in ("da", "en", "de")] == ["Dansk", "English", "Deutsch"]


# --- catalogues -------------------------------------------------------------------------------------


def written(
    directory: Path, name: str, said: str, msgid: str = "Ring {reception}", *, fuzzy: bool = False
) -> None:
    catalog = Catalog(locale=name)
    catalog.add("Ja", "Yes", context="a.b")
    catalog.add(msgid, said, context="a.b", flags={"fuzzy"} if fuzzy else ())
    with (directory / f"{name}.po").open("wb") as file:
        write_po(file, catalog)


def test_danish_is_there_without_a_catalogue_and_comes_first(tmp_path: Path) -> None:
    assert load(tmp_path).languages == ("da",)
    written(tmp_path, "ar", "Call {reception}")
    written(tmp_path, "en", "Call {reception}")
    assert load(tmp_path).languages == ("da", "ar", "en")
    assert load(tmp_path).problems == ()


def test_the_languages_of_the_house_are_whole() -> None:
    loaded = load()
    assert loaded.languages == ("da", "en")
    assert loaded.problems == ()
    assert len(loaded.catalogues["en"]) > 300


@pytest.mark.parametrize(
    ("msgid", "said", "fuzzy", "problem"),
    [
        ("Ring {reception}", "", False, "en.po: a.b: 'Ring {reception}' is not translated"),
        ("Ring {reception}", "Call {reception}", True, "en.po: a.b: 'Ring {reception}' is fuzzy"),
        ("Ring {reception}", "Call them", False, "en.po: a.b: 'Ring {reception}': ['{reception}'] differ"),
        (
            "Ring {reception}",
            "Call {rec}",
            False,
            "en.po: a.b: 'Ring {reception}': ['{reception}', '{rec}'] differ",
        ),
        ("Ring dem", "Call {reception}", False, "en.po: a.b: 'Ring dem': ['{reception}'] differ"),
        ("Barnets lov § 133", "Children Act § 153", False, "en.po: a.b: 'Barnets lov § 133': {} differ"),
        ("Barnets lov § 133", "The Children Act", False, "en.po: a.b: 'Barnets lov § 133': {} differ"),
        ("Ring 112", "Call 911", False, "en.po: a.b: 'Ring 112': ['112'] differ"),
        ("Ring 1888", "Call 1880", False, "en.po: a.b: 'Ring 1888': ['1888'] differ"),
        ("Ring 116 111", "Call 116 006", False, "en.po: a.b: 'Ring 116 111': {} differ"),
        ("Skriv /new", "Write /ny", False, "en.po: a.b: 'Skriv /new': ['/new', '/ny'] differ"),
    ],
)
def test_a_catalogue_that_is_not_whole_reaches_nobody_and_is_named(
    msgid: str, said: str, fuzzy: bool, problem: str, tmp_path: Path
) -> None:
    written(tmp_path, "en", said, msgid, fuzzy=fuzzy)
    written(tmp_path, "de", "Ruf {reception} an")
    loaded = load(tmp_path)
    assert loaded.languages == ("da", "de")
    start, _, end = problem.partition("{}" if problem.endswith("{} differ") else "\0")
    assert len(loaded.problems) == 1
    assert loaded.problems[0].startswith(start) and loaded.problems[0].endswith(end), loaded.problems
    assert loaded.nearest("en") == "da"


def texts(flow: Flow) -> Iterator[Text]:
    yield from flow.controls.values()
    for state in (*flow.states.values(), *flow.views.values()):
        yield from texts_of(state)


def texts_of(state: State) -> Iterator[Text]:
    yield from (line.text for line in (*state.lines, *state.why))
    yield from (choice.label for choice in state.choices)
    if state.moves is not None:
        yield state.moves


def needed() -> set[tuple[str, str]]:
    content = loader.load(unverified=True)
    every = [*content.phrases.values(), *(text for flow in content.flows.values() for text in texts(flow))]
    return {(text.context, text.msgid) for text in every if text.context}


def test_babel_extracts_exactly_the_sentences_that_the_flows_and_phrases_show() -> None:
    extracted = {(message.context, message.id) for message in update.template() if message.id}
    shown = needed()
    assert len(shown) > 300
    assert shown - extracted == set(), "shown and never translated"
    assert extracted - shown == set(), "translated and never shown"


def test_every_sentence_that_can_be_shown_is_in_every_catalogue() -> None:
    """P14: nothing untranslated is shown."""
    loaded = load()
    for language in set(loaded.languages) - {"da"}:
        assert needed() - set(loaded.catalogues[language]) == set(), language


def test_the_translator_is_told_what_a_sentence_is_for() -> None:
    hints = {
        (message.context, message.id): message.auto_comments for message in update.template() if message.id
    }
    assert hints["controls.back", "Tilbage"] == ["button, as short as it can be"]
    assert hints["detection.moment", "Før et møde"] == ["button, at most 48 characters"]
    spoken = [hint for (context, _), hint in hints.items() if context == "detection.told_thanks"]
    assert spoken == [["spoken to the citizen, or shown to her or him: plain, warm, gender-neutral"]]


@pytest.mark.parametrize("language", [language for language in load().languages if language != "da"])
def test_a_translated_label_still_fits_its_button(language: str) -> None:
    loaded = load()
    labels = [
        choice.label
        for flow in loader.load(unverified=True).flows.values()
        for state in (*flow.states.values(), *flow.views.values())
        for choice in state.choices
    ]
    assert len(labels) > 80
    too_long = [said for text in labels if len(said := loaded.say(text, language, {})) > 48]
    assert too_long == []


def test_an_edited_sentence_makes_its_translation_visibly_out_of_date(tmp_path: Path) -> None:
    shutil.copy(DIRECTORY / "en.po", tmp_path)
    sentences = update.template()
    before = update.updated(tmp_path / "en.po", sentences)
    assert problems_of(before) == []
    sentences.add("Hvornår bruger du mig nu?", context="detection.moment")
    assert problems_of(update.updated(tmp_path / "en.po", sentences)) == [
        "detection.moment: 'Hvornår bruger du mig nu?' is not translated"
    ]


def test_what_is_no_longer_said_leaves_the_catalogue(tmp_path: Path) -> None:
    shutil.copy(DIRECTORY / "en.po", tmp_path)
    few = Catalog()
    few.add("Tilbage", context="controls.back")
    left = update.updated(tmp_path / "en.po", few)
    assert [message.id for message in left if message.id] == ["Tilbage"]
    assert not left.obsolete


def test_the_catalogues_are_up_to_date() -> None:
    done = _update(ROOT, "--check")
    assert (done.returncode, done.stdout.splitlines()[0].endswith(", 0 problems")) == (0, True), done.stdout


def test_check_names_what_is_missing_and_writes_nothing_and_without_it_the_sentence_is_taken_in(
    tmp_path: Path,
) -> None:
    """On a copy of the house, because it writes into it."""
    shutil.copytree(ROOT / "bot", tmp_path / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    po = tmp_path / "bot/locales/en.po"
    with po.open("rb") as file:
        catalog = read_po(file, locale="en")
    catalog.delete("Tilbage", context="controls.back")
    with po.open("wb") as file:
        write_po(file, catalog, width=0, include_lineno=False)
    before = po.read_bytes()

    checked = _update(tmp_path, "--check")
    assert checked.returncode == 1
    assert "  controls.back: 'Tilbage' is not translated" in checked.stdout.splitlines()
    assert po.read_bytes() == before

    taken_in = _update(tmp_path)
    assert taken_in.returncode == 1
    with po.open("rb") as file:
        message = read_po(file, locale="en").get("Tilbage", context="controls.back")
    assert message is not None and message.string == ""


def _update(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot.locales.update", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(directory), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, check=False
    )


# --- the screen -------------------------------------------------------------------------------------


def line(said: str, *, aloud: bool = False) -> Line:
    return Line(Text(said, ""), aloud=aloud)


def button(code: str, label: str, *, ticked: bool = False) -> Button:
    return Button(code, Text(label, ""), ticked)


def test_words_for_the_citizen_stand_in_quotes_of_the_readers_language() -> None:
    card = Card((line("Til dig."), line("Til borgeren.", aloud=True)))
    assert screen(DANISH, card, "da", {}).text == "Til dig.\n\n«Til borgeren.»"
    assert screen(DANISH, card, "en", {}).text == "Til dig.\n\n“Til borgeren.”"


def test_a_list_keeps_together_and_an_empty_line_leaves_no_gap() -> None:
    card = Card((line("Før:"), line("• et"), line("• to"), line("{nothing}"), line("Efter.")))
    assert screen(DANISH, card, "da", {}).text == "Før:\n• et\n• to\n\nEfter."


def test_a_code_carries_its_turn_and_a_ticked_label_a_check_mark() -> None:
    card = Card(
        (),
        (button("signs.fear", "Frygt", ticked=True), button("0:open.ab", "Åbn")),
        (button("back", "Tilbage"),),
    )
    made = screen(DANISH, card, "da", {}, turn=12)
    assert list(itertools.chain(*made.rows)) == [
        (f"{TICK}Frygt", "12:signs.fear"),
        ("Åbn", "0:open.ab"),
        ("Tilbage", "12:back"),
    ]


def test_a_cards_own_values_stand_above_the_municipalitys() -> None:
    card = Card((line("{code}"),), values={"code": "ab12"})
    assert screen(DANISH, card, "da", {"code": "wrong"}).text == "ab12"


def test_a_screen_is_protected_and_rings_unless_it_is_said_otherwise() -> None:
    made = screen(DANISH, Card((line("a"),)), "da", {})
    assert (made.silent, made.protected) == (False, True)
    assert screen(DANISH, Card((line("a"),)), "da", {}, silent=True).silent


def test_short_labels_share_a_row_and_long_ones_have_their_own_and_the_order_is_kept() -> None:
    labels = ["Ja", "Nej", "Ved ikke", "En meget lang besked om noget", "Slut"]
    card = Card((), tuple(button(f"q.{number}", label) for number, label in enumerate(labels)))
    rows = [[label for label, _ in row] for row in screen(DANISH, card, "da", {}).rows]
    assert rows == [["Ja", "Nej"], ["Ved ikke"], ["En meget lang besked om noget"], ["Slut"]]


def test_controls_stand_where_a_thumb_finds_them() -> None:
    """What moves on, then what looks around, then what must always be there; on every card the same."""
    flow = loader.load().flows["detection"]
    session = engine.begin(flow, "new", 1)
    rows = screen(DANISH, engine.card(flow, session), "da", {"key_role": "x"}, turn=1).rows
    controls = [[data.partition(":")[2] for _, data in row] for row in rows if "." not in row[0][1]]
    assert controls == [["back", "why"], ["acute", "hide", "more", "stop"]]


def test_no_row_loses_a_button() -> None:
    flow = loader.load(unverified=True).flows["detection"]
    seen = 0
    for name, state in flow.states.items():
        session = words_session(flow, name)
        card = engine.card(flow, session)
        values = dict.fromkeys(("key_role", "key_phone"), "x")
        codes = sorted(data for _, data in itertools.chain(*screen(DANISH, card, "da", values, turn=3).rows))
        expected = (one.code for one in (*card.choices, *card.controls))
        assert codes == sorted(code if ":" in code else f"3:{code}" for code in expected), name
        seen += len(codes) + len(state.choices)
    assert seen > 100


def words_session(flow: Flow, state: str) -> Session:
    return Session(flow.name, state, 3)
