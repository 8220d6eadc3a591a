"""The words: placeholders, plurals, clocks, catalogues that are whole or are not, and the screen they stand on."""

import functools
import itertools
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from bot import engine
from bot.flows import loader
from bot.flows.paper import captions
from bot.locales import faults, reading, update
from bot.locales.catalogue import DIRECTORY, DOMAINS, Domain
from bot.locales.glossary import Glossary
from bot.locales.reading import load
from bot.locales.screen import TICK, screen
from bot.locales.words import Words
from bot.model import Button, Card, Flow, Line, Session, Text

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


CASES = Text("{count} sag", "a.cases", "{count} sager")


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 sag"), (2, "2 sager"), (0, "0 sager"), (1200, "1.200 sager")]
)
def test_a_sentence_that_counts_has_two_danish_forms_and_numbers_as_they_are_written_there(
    count: int, said: str
) -> None:
    assert DANISH.plural(CASES, count, "da") == said


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 sprawa"), (3, "3 sprawy"), (5, "5 spraw"), (22, "22 sprawy"), (0, "0 spraw")]
)
def test_a_plural_follows_the_languages_own_rule(count: int, said: str, tmp_path: Path) -> None:
    """Polish has three forms."""
    catalog = Catalog(locale="pl")
    catalog.add(
        ("{count} sag", "{count} sager"),
        ("{count} sprawa", "{count} sprawy", "{count} spraw"),
        context="a.cases",
    )
    kept(tmp_path, "pl", "staff", catalog)
    kept(tmp_path, "pl", "citizen", Catalog(locale="pl"))
    loaded = load(tmp_path)
    assert loaded.problems == ()
    assert loaded.plural(CASES, count, "pl") == said


def test_a_plural_that_lacks_a_form_is_not_translated(tmp_path: Path) -> None:
    catalog = Catalog(locale="pl")
    catalog.add(("{count} sag", "{count} sager"), ("{count} sprawa", "{count} sprawy"), context="a.cases")
    kept(tmp_path, "pl", "staff", catalog)
    assert load(tmp_path).problems == ("pl/staff.po: a.cases: '{count} sag' is not translated",)


def test_lists_and_numbers_are_written_as_the_reader_writes_them() -> None:
    units = ["Jobcenter", "Sundhedsplejen", "Voksne"]
    assert DANISH.list_of(units, "da") == "Jobcenter, Sundhedsplejen og Voksne"
    assert DANISH.list_of(units, "de") == "Jobcenter, Sundhedsplejen und Voksne"
    assert DANISH.list_of(units[:1], "en") == "Jobcenter"
    assert [DANISH.number(1234, language) for language in ("da", "en", "ar", "fa")] == [
        "1.234",
        "1,234",
        "1,234",
        "1,234",
    ]


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
        *(("", "da"), ("de", "de"), ("eng", "da"), ("-", "da"), ("ar-EG", "da"), ("e", "da")),
    ],
)
def test_the_nearest_language_of_a_telephone_is_one_that_is_there(telephone: str, language: str) -> None:
    assert load().nearest(telephone) == language


def test_a_language_is_called_by_its_own_name() -> None:
    assert [DANISH.language_name(code) for code in ("da", "en", "de")] == ["Dansk", "English", "Deutsch"]
    assert [DANISH.language_name(code) for code in ("ar", "fa", "so")] == ["العربية", "فارسی", "Soomaali"]
    assert [DANISH.language_name(code, "da") for code in ("ar", "fa", "uk")] == [
        "Arabisk",
        "Persisk",
        "Ukrainsk",
    ]


# --- catalogues -------------------------------------------------------------------------------------


def kept(directory: Path, language: str, domain: str, catalog: Catalog) -> None:
    (directory / language).mkdir(exist_ok=True)
    with (directory / language / f"{domain}.po").open("wb") as file:
        write_po(file, catalog)


def written(
    directory: Path, name: str, said: str, msgid: str = "Ring {reception}", *, fuzzy: bool = False
) -> None:
    catalog = Catalog(locale=name)
    catalog.add("Ja", "Yes", context="a.b")
    catalog.add(msgid, said, context="a.b", flags={"fuzzy"} if fuzzy else ())
    kept(directory, name, "staff", catalog)
    kept(directory, name, "citizen", Catalog(locale=name))


def test_danish_is_there_without_a_catalogue_and_comes_first(tmp_path: Path) -> None:
    assert load(tmp_path).languages == load(tmp_path).of_citizens == ("da",)
    written(tmp_path, "ar", "Call {reception}")
    written(tmp_path, "en", "Call {reception}")
    assert load(tmp_path).languages == load(tmp_path).of_citizens == ("da", "ar", "en")
    assert load(tmp_path).problems == ()


def test_the_languages_of_the_house_are_whole() -> None:
    loaded = load(needed=content().needed())
    assert loaded.problems == ()
    assert loaded.languages == ("da", "de", "en")
    assert set(loaded.of_citizens) == {"da", "en", "ar", "uk", "pl", "tr", "ro", "de", "fa", "so"}
    assert {len(loaded.shown[language]) for language in loaded.of_citizens if language != "da"} == {69}
    assert len(loaded.catalogues["en"]) == len(loaded.catalogues["de"]) > 700


@pytest.mark.parametrize(
    ("msgid", "said", "fuzzy", "problem"),
    [
        ("Ring {reception}", "", False, "en/staff.po: a.b: 'Ring {reception}' is not translated"),
        ("Ring {reception}", "Call {reception}", True, "en/staff.po: a.b: 'Ring {reception}' is fuzzy"),
        (
            "Ring {reception}",
            "Call them",
            False,
            "en/staff.po: a.b: 'Ring {reception}': ['{reception}'] differ",
        ),
        (
            "Ring {reception}",
            "Call {rec}",
            False,
            "en/staff.po: a.b: 'Ring {reception}': ['{reception}', '{rec}'] differ",
        ),
        ("Ring dem", "Call {reception}", False, "en/staff.po: a.b: 'Ring dem': ['{reception}'] differ"),
        (
            "Barnets lov § 133",
            "Children Act § 153",
            False,
            "en/staff.po: a.b: 'Barnets lov § 133': {} differ",
        ),
        ("Barnets lov § 133", "The Children Act", False, "en/staff.po: a.b: 'Barnets lov § 133': {} differ"),
        ("Ring 112", "Call 911", False, "en/staff.po: a.b: 'Ring 112': ['112'] differ"),
        ("Ring 112", "Call 112 or 112", False, "en/staff.po: a.b: 'Ring 112': ['112'] differ"),
        ("Ring 1888", "Call 1880", False, "en/staff.po: a.b: 'Ring 1888': ['1888'] differ"),
        ("Ring 116 111", "Call 116 006", False, "en/staff.po: a.b: 'Ring 116 111': {} differ"),
        ("Skriv /new", "Write /ny", False, "en/staff.po: a.b: 'Skriv /new': ['/new', '/ny'] differ"),
        ("Dit MitID", "Your ID", False, "en/staff.po: a.b: 'Dit MitID': ['MitID'] differ"),
        ("Et\nTo", "One two", False, "en/staff.po: a.b: 'Et\\nTo': has other line breaks"),
        ("Ring", "Call\u200f", False, "en/staff.po: a.b: 'Ring': has an unseen sign of direction: {}"),
        (
            "Om 3 dage",
            "In \u0663 days",
            False,
            "en/staff.po: a.b: 'Om 3 dage': has digits that are not 0 to 9",
        ),
    ],
)
def test_a_catalogue_that_is_not_whole_reaches_nobody_and_is_named(
    msgid: str, said: str, fuzzy: bool, problem: str, tmp_path: Path
) -> None:
    written(tmp_path, "en", said, msgid, fuzzy=fuzzy)
    written(tmp_path, "de", "Ruf {reception} an")
    loaded = load(tmp_path)
    assert loaded.languages == ("da", "de")
    assert len(loaded.problems) == 1
    start, _, end = problem.partition("{}" if "{} differ" in problem or problem.endswith("{}") else "\0")
    assert loaded.problems[0].startswith(start) and loaded.problems[0].endswith(end), loaded.problems
    assert loaded.nearest("en") == "da"


def test_a_language_whose_words_for_the_citizen_are_not_whole_is_none_to_work_in(tmp_path: Path) -> None:
    """She says them aloud, and they would come out in Danish."""
    written(tmp_path, "en", "Call {reception}")
    catalog = Catalog(locale="en")
    catalog.add("Ring 112", "Call", context="a.b")
    kept(tmp_path, "en", "citizen", catalog)
    loaded = load(tmp_path)
    assert loaded.languages == loaded.of_citizens == ("da",)
    assert loaded.problems == ("en/citizen.po: a.b: 'Ring 112': ['112'] differ",)


def test_a_sentence_that_is_needed_and_not_there_is_named_and_one_too_long_too(tmp_path: Path) -> None:
    written(tmp_path, "en", "Call {reception}")
    needed: reading.Needed = {"staff": {("a.b", "Ja"): 2, ("c.d", "Nej"): 0}}
    assert load(tmp_path, needed=needed).problems == (
        "en/staff.po: a.b: 'Ja': has 3 characters; 2 have room",
        "en/staff.po: c.d: 'Nej' is not there",
    )


@pytest.mark.parametrize("broken", ["msgid", "\xff\xfe"])
def test_a_file_that_cannot_be_read_is_named_and_keeps_nobody_else_out(broken: str, tmp_path: Path) -> None:
    written(tmp_path, "de", "Ruf {reception} an")
    written(tmp_path, "en", "Call {reception}")
    (tmp_path / "en/staff.po").write_bytes(broken.encode("latin-1"))
    loaded = load(tmp_path)
    assert loaded.languages == ("da", "de")
    assert loaded.problems[0].startswith("en/staff.po: cannot be read: ")


@pytest.mark.parametrize(
    "rule",
    [
        "nplurals=2; plural=7;",
        "nplurals=2; plural=foo;",
        "nplurals=2; plural=(n != 1;",
        "nplurals=2; plural=n/0;",
        "nplurals=2; plural=-1;",
        "nplurals=1; plural=n!=1;",
    ],
)
def test_a_rule_of_plurals_that_gives_no_form_keeps_its_language_out_and_nobody_else(
    rule: str, tmp_path: Path
) -> None:
    """Otherwise it would be found at a press."""
    written(tmp_path, "de", "Ruf {reception} an")
    written(tmp_path, "en", "Call {reception}")
    path = tmp_path / "en/staff.po"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r"nplurals=[^\\]*", lambda _: rule, text), "utf-8")
    assert rule in path.read_text("utf-8")
    loaded = load(tmp_path)
    assert loaded.languages == ("da", "de")
    assert "Plural-Forms" in loaded.problems[0] or "cannot be read" in loaded.problems[0]


@pytest.mark.parametrize("broken", ["charset=CHARSET", "charset=nonsense"])
def test_a_header_that_names_no_charset_stops_nobody(broken: str, tmp_path: Path) -> None:
    written(tmp_path, "de", "Ruf {reception} an")
    written(tmp_path, "en", "Call {reception}")
    path = tmp_path / "en/staff.po"
    path.write_text(path.read_text("utf-8").replace("charset=utf-8", broken), "utf-8")
    assert "de" in load(tmp_path).languages


def test_a_folder_in_the_place_of_a_file_stops_nobody(tmp_path: Path) -> None:
    written(tmp_path, "de", "Ruf {reception} an")
    (tmp_path / "en/citizen.po").mkdir(parents=True)
    assert load(tmp_path).languages == ("da", "de")
    assert load(tmp_path).problems[0].startswith("en/citizen.po: cannot be read: ")


@pytest.mark.parametrize("name", ["pt_BR", "None", "EN"])
def test_a_folder_with_a_name_that_no_button_can_carry_is_named(name: str, tmp_path: Path) -> None:
    written(tmp_path, "en", "Call {reception}")
    (tmp_path / "en").rename(tmp_path / name)
    assert load(tmp_path).of_citizens == ("da",)
    assert load(tmp_path).problems


def test_a_sentence_longer_than_a_screen_is_named(tmp_path: Path) -> None:
    written(tmp_path, "en", "x" * 701, "Ring")
    assert load(tmp_path).problems == ("en/staff.po: a.b: 'Ring': has 701 characters; 700 have room",)


def test_a_folder_that_holds_another_language_is_named(tmp_path: Path) -> None:
    written(tmp_path, "en", "Call {reception}")
    (tmp_path / "en").rename(tmp_path / "qqq")
    assert load(tmp_path).languages == ("da",)
    assert load(tmp_path).problems == (
        "qqq/staff.po: cannot be read: its header says that it is 'en'",
        "qqq/citizen.po: cannot be read: its header says that it is 'en'",
    )


@functools.cache
def content() -> loader.Content:
    return loader.load(unverified=True)


def needed(domain: Domain) -> set[tuple[str, str]]:
    """All that the loader has, and the captions of the paper."""
    found = set(content().needed()[domain])
    return found | (
        {(text.context, text.msgid) for _, text in captions.texts()} if domain == "staff" else set()
    )


@pytest.mark.parametrize(("domain", "least"), [("staff", 700), ("citizen", 60)])
def test_babel_extracts_exactly_the_sentences_that_the_flows_and_phrases_show(
    domain: Domain, least: int
) -> None:
    extracted = {
        (message.context, message.id[0] if isinstance(message.id, tuple) else message.id)
        for message in update.template(domain)
        if message.id
    }
    assert len(extracted) > least
    assert needed(domain) - extracted == set(), "shown and never translated"
    assert extracted - needed(domain) == set(), "translated and never shown"
    assert extracted == set(update.needed(domain))


def test_no_sentence_stands_in_both_domains() -> None:
    assert needed("staff") & needed("citizen") == set()


def test_the_extractor_and_the_loader_agree_on_how_much_room_there_is() -> None:
    for domain in DOMAINS:
        asked = update.needed(domain)
        for key, room in content().needed()[domain].items():
            assert asked[key] == room, key


def test_the_translator_is_told_where_a_sentence_stands_who_says_it_to_whom_and_what_room_it_has() -> None:
    hints = {
        (message.context, message.id): message.auto_comments
        for domain in DOMAINS
        for message in update.template(domain)
        if message.id
    }
    assert hints["controls.back", "Tilbage"] == [
        "every card: a button that the employee presses, as short as it can be; at most 48 characters"
    ]
    assert hints["detection.moment", "Før et møde"] == [
        "state moment: a button that the employee presses, as short as it can be; at most 48 characters"
    ]
    assert hints["detection.next", "Tak, fordi du talte med mig."] == [
        "state next (may_speak): said by the employee to the citizen, or shown to her or him: plain, warm,"
        " gender-neutral; at most 340 characters"
    ]
    told = [hint for (context, _), hint in hints.items() if context == "detection.told_thanks"]
    assert told[0][0].startswith("text told_thanks: said by the employee to the citizen")


def test_an_edited_sentence_makes_its_translation_visibly_out_of_date(tmp_path: Path) -> None:
    path = shutil.copytree(DIRECTORY / "en", tmp_path / "en") / "staff.po"
    sentences = update.template("staff")
    assert faults_of(update.updated(path, sentences)) == []
    sentences.add("Hvornår bruger du mig nu?", context="detection.moment")
    assert faults_of(update.updated(path, sentences)) == [
        "detection.moment: 'Hvornår bruger du mig nu?' is not translated"
    ]


def faults_of(catalog: Catalog) -> list[str]:
    return list(faults.of(catalog, "staff", Glossary({})))


def test_what_is_no_longer_said_leaves_the_catalogue(tmp_path: Path) -> None:
    path = shutil.copytree(DIRECTORY / "en", tmp_path / "en") / "staff.po"
    few = Catalog()
    few.add("Tilbage", context="controls.back")
    left = update.updated(path, few)
    assert [message.id for message in left if message.id] == ["Tilbage"]
    assert not left.obsolete


def test_the_catalogues_are_up_to_date() -> None:
    done = _update(ROOT, "--check")
    assert done.returncode == 0, done.stdout
    told = done.stdout.splitlines()
    assert len(told) == 11 and all(", 0 problems, " in line for line in told), done.stdout


def test_taking_words_in_when_nothing_is_new_leaves_every_file_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in DIRECTORY.glob("*/*.po"):
        (tmp_path / path.parent.name).mkdir(exist_ok=True)
        shutil.copy(path, tmp_path / path.parent.name)
    monkeypatch.setattr(update, "DIRECTORY", tmp_path)
    update.main([])
    looked = 0
    for path in DIRECTORY.glob("*/*.po"):
        assert (tmp_path / path.parent.name / path.name).read_bytes() == path.read_bytes(), path
        looked += 1
    assert looked == 11


def test_check_names_what_is_missing_and_writes_nothing_and_without_it_the_sentence_is_taken_in(
    tmp_path: Path,
) -> None:
    """On a copy of the house, because it writes into it."""
    shutil.copytree(ROOT / "bot", tmp_path / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    po = tmp_path / "bot/locales/en/staff.po"
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
    assert screen(Words({"da": {}, "en": {}}), card, "en", {}).text == "Til dig.\n\n“Til borgeren.”"
    assert screen(DANISH, card, "en", {}).text == "Til dig.\n\n«Til borgeren.»", (
        "English is not there any more"
    )


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
