"""The flows drawn as charts and printed on paper: everything is there, in words, and nothing from elsewhere."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from bot.flows import declared, draw, paper
from bot.flows.guards import GUARDS
from bot.flows.loader import DIRECTORY, load
from bot.flows.paper.occasions import in_words
from bot.flows.paper.sheet import beside, sheets
from bot.flows.shape import StateShape
from bot.locales import reading
from bot.model import Choice, Flow, Guard, Line, State, Text
from bot.municipality import EXAMPLE
from bot.municipality import read as read_municipality

OPSPOR = Path(sys.executable).parent / "opspor"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
TOWN = read_municipality(EXAMPLE)
FLOWS = load(unverified=True).flows
SPOKEN = reading.load()
OPEN = dict.fromkeys(
    ("sender", "sender_phone", "stored", "code", "review", "assessed_by", "receipt_by"), "________"
)
SHAPES = {name: declared.shapes(DIRECTORY, name) for name in FLOWS}
DATED = "2026-11-22"


def saying(language: str) -> declared.Say:
    values = TOWN.placeholders(TOWN.unit[0].id, language, date(2026, 11, 22)) | OPEN
    return lambda text: SPOKEN.say(text, language, values)


def captions_in(language: str) -> paper.Captions:
    untouched = SPOKEN.untouched(language)
    return paper.read(lambda text: untouched(text) or "")


@cache
def chart(name: str, language: str = "da") -> str:
    return draw.mermaid(FLOWS[name], SHAPES[name], saying(language))


@cache
def printed(language: str = "da", town: str = TOWN.name) -> str:
    facts = paper.Facts(town, TOWN.unit[0].name, DATED, SPOKEN.language_name(language), language)
    drawable = {name: (flow, SHAPES[name]) for name, flow in FLOWS.items()}
    return paper.document(drawable, list(FLOWS), saying(language), captions_in(language), facts)


def read_aloud(html: str) -> str:
    """The words of the page without its tags, as a reader has them."""
    body = html.partition("<body>")[2]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def ways_in_the_files(name: str) -> set[tuple[str, str]]:
    """Read from the TOML once more and apart from our own reading: every `then` and every `to`."""
    head = tomllib.loads((DIRECTORY / f"{name}.toml").read_text("utf-8"))
    parts = [
        head,
        *(tomllib.loads((DIRECTORY / f"{p}.toml").read_text("utf-8")) for p in head["flow"].get("parts", ())),
    ]
    found: set[tuple[str, str]] = set()
    for state, table in ((s, t) for part in parts for s, t in part.get("state", {}).items()):
        written: list[Any] = [table.get("then", []), *(one.get("to", []) for one in table.get("choices", []))]
        for ways in written:
            each = [ways] if isinstance(ways, str) else [way["to"] for way in ways]
            found |= {(state, target) for target in each}
    return found


def cards(flow: Flow) -> Iterator[State]:
    yield from flow.states.values()
    yield from (view for view in flow.views.values() if "neutral" not in view.marks)


def guards_of(flow: Flow) -> set[Guard]:
    """Every guard that stands before a card, a line, a choice or a way."""
    named = {guard for road in declared.roads(flow, SHAPES[flow.name]) for guard in road.when}
    for card in cards(flow):
        named |= {guard for line in (*card.lines, *card.why) for guard in line.when}
        named |= {guard for choice in card.choices for guard in choice.when} | set(card.when)
    return named


# --- the chart ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FLOWS)
def test_drawing_twice_gives_the_same_chart(name: str) -> None:
    assert chart(name) == draw.mermaid(FLOWS[name], SHAPES[name], saying("da"))


@pytest.mark.parametrize("name", FLOWS)
def test_every_state_stands_in_the_chart_once(name: str) -> None:
    drawn = re.findall(r'^ *state ".*" as (\w+)$', chart(name), re.M)
    assert sorted(drawn) == sorted(["start", *FLOWS[name].states])


@pytest.mark.parametrize("name", FLOWS)
def test_the_chart_has_every_declared_way_and_no_shortcut_of_the_machine(name: str) -> None:
    drawn = re.findall(r"^ *(\w+) --> (\w+): ", chart(name), re.M)
    begins = {("start", entry.start) for entry in FLOWS[name].entries.values()}
    assert len(drawn) > 4
    assert set(drawn) == ways_in_the_files(name) | begins


@pytest.mark.parametrize("name", FLOWS)
def test_arrows_between_the_same_two_cards_are_drawn_as_one(name: str) -> None:
    drawn = re.findall(r"^ *(\w+ --> \w+): ", chart(name), re.M)
    assert len(drawn) == len(set(drawn))


def test_the_arrows_carry_the_answers_in_danish_and_the_guards_by_name() -> None:
    drawn = chart("detection")
    assert "private --> response: Nej [not_alone]" in drawn
    assert "private --> interpreter: Ja\n" in drawn
    assert "signs --> gate: Færdig [else]" in drawn
    assert "asked when gate_missing & has_met" in drawn
    assert "Fortæller om vold eller frygt" in drawn
    assert "start --> signs: duty, mode.child, children.yes" in drawn
    for name, flow in FLOWS.items():
        for guard in {guard for road in declared.roads(flow, SHAPES[name]) for guard in road.when}:
            assert guard.name in chart(name)


@pytest.mark.parametrize("name", FLOWS)
def test_every_answer_that_moves_on_labels_an_arrow(name: str) -> None:
    labels = {c.label for state in FLOWS[name].states.values() if not state.many for c in state.choices}
    assert labels
    for label in labels:
        assert saying("da")(label).replace(";", ",") in chart(name)


def test_a_chart_can_be_drawn_in_another_language() -> None:
    assert "[not_alone]" in chart("detection", "en")
    assert "Færdig" not in chart("detection", "en")


def test_no_label_holds_a_sign_that_mermaid_reads_as_its_own() -> None:
    for name in FLOWS:
        for line in chart(name).splitlines():
            _, arrow, label = line.partition(" --> ")
            if arrow:
                assert label.count(":") <= 1
                assert not set(';"#') & set(label), line


def test_the_bot_itself_never_loads_the_drawing_machine() -> None:
    code = "import sys, bot.root, bot.flows.draw; print(any('diagrams' in name for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# --- the paper ---------------------------------------------------------------------------------------


def test_the_same_files_give_the_same_paper() -> None:
    first = printed()
    printed.cache_clear()
    assert first == printed()


@pytest.mark.parametrize("language", SPOKEN.languages)
def test_the_paper_says_that_it_is_a_draft_of_when_and_of_which_municipality(language: str) -> None:
    title = read_aloud(printed(language)).partition(captions_in(language)["paper.contents"])[0]
    assert captions_in(language)["paper.draft"] in title
    assert captions_in(language)["paper.draft"].lower() in {"udkast", "draft (udkast)", "entwurf"}
    assert DATED in title
    assert TOWN.name in title
    assert SPOKEN.language_name(language) in title


@pytest.mark.parametrize("language", SPOKEN.languages)
def test_the_paper_needs_nothing_from_anywhere(language: str) -> None:
    html = printed(language)
    assert len(html) > 50_000
    assert not re.search(r"<script|<link|<img|<iframe|@import|url\(|\bsrc=|\bhref=", html)
    assert "@page" in html
    assert "size: A4" in html


def test_the_emergency_card_and_the_duty_card_stand_alone_and_first() -> None:
    kinds = re.findall(r'<section class="([^"]+)"', printed())
    assert kinds[:4] == ["sheet title", "sheet front emergency", "sheet front duty", "chart"]
    emergency, duty = re.findall(r'<section class="sheet front.*?</section>', printed(), re.S)
    assert "Ring 112" in emergency
    assert TOWN.acute.phone in emergency
    assert "§ 133" in duty
    assert TOWN.reception.phone in duty


@pytest.mark.parametrize("language", SPOKEN.languages)
def test_every_card_is_printed_with_all_that_it_says_asks_and_cites(language: str) -> None:
    said, say = read_aloud(printed(language)), saying(language)
    seen = 0
    for flow in FLOWS.values():
        for card in cards(flow):
            texts = [line.text for line in (*card.lines, *card.why)] + [
                choice.label for choice in card.choices
            ]
            for text in texts:
                for part in say(text).split("\n"):
                    assert part in said, f"{flow.name}: {card.name}: {part}"
                    seen += 1
    assert seen > 300


def test_every_card_has_a_number_of_its_own_and_every_arrow_leads_to_one() -> None:
    numbers = re.findall(r'<article class="card" id="card-(\w+)"', printed())
    expected = sum(len(flow.states) + len(beside(flow)) for flow in FLOWS.values())
    assert numbers == [str(number) for number in range(1, expected + 1)]
    pointed = re.findall(r"kort <b>(\w+)</b>", printed())
    assert len(pointed) > 50
    assert set(pointed) <= set(numbers)
    assert "læs først kort A" in printed()


def test_a_box_says_nothing_of_a_condition_that_its_own_answer_settles() -> None:
    articles = re.findall(r"<article.*?</article>", printed(), re.S)
    interpreter = next(one for one in articles if "Familie eller bekendt" in one)
    boxes = [read_aloud(f"<body>{one}") for one in re.findall(r"<li>.*?</li>", interpreter)]
    assert len(boxes) == 5
    assert all("kun når" not in one for one in boxes)


def test_an_answer_that_settles_one_of_two_conditions_still_leaves_the_way_open_to_the_other() -> None:
    ways = [{"when": ["before", "uses"], "to": "here"}, {"to": "there"}]
    choices = [{"key": key, "label": key} for key in ("before", "after")]
    shape = StateShape.model_validate(
        {"question": "moment", "then": ways, "choices": choices, "review": "udkast"}
    )
    state = State("x", "moment", (), tuple(Choice(c["key"], "moment", Text(c["key"], "x")) for c in choices))
    before, after = declared.exits(state, {"x": shape})
    assert [arrow.target for arrow in before.arrows] == ["here", "there"]
    assert [arrow.target for arrow in after.arrows] == ["there"]
    assert {guard.name for guard in before.sure} == {"before"}


def test_a_view_is_not_mistaken_for_the_state_of_the_same_name() -> None:
    articles = re.findall(r"<article.*?</article>", printed(), re.S)
    asked = next(one for one in articles if "familiens ære eller ry" in one)
    shown = next(one for one in articles if "Kontakt ikke familien</h4>" in one and "Mægl ikke" in one)
    assert asked != shown
    assert "Er i tvivl" in asked


def test_words_for_the_citizen_are_told_apart_from_those_for_the_employee() -> None:
    say, quoted = saying("da"), re.findall(r"<blockquote>(.*?)</blockquote>", printed())
    aloud = {
        say(line.text)
        for flow in FLOWS.values()
        for card in cards(flow)
        for line in lines_of(card)
        if line.aloud
    }
    assert aloud == {unescape(one.partition("</span> ")[2]).strip("«»") for one in quoted}


def lines_of(card: State) -> tuple[Line, ...]:
    return (*card.lines, *card.why)


@pytest.mark.parametrize("language", SPOKEN.languages)
def test_every_guard_is_told_in_words_in_the_readers_language(language: str) -> None:
    say, captions = saying(language), captions_in(language)
    drawable = {name: (flow, SHAPES[name]) for name, flow in FLOWS.items()}
    for name, sheet in sheets(drawable, say, captions):
        guards = guards_of(FLOWS[name])
        assert len(guards) > 3
        for guard in guards:
            told = in_words([guard], sheet.flow, sheet.numbers, say, captions)
            plain = guard.name.replace("_", " ")
            assert told not in {plain, (guard.holds.__doc__ or "").strip().rstrip(".")}, (
                f"{name}: the guard {guard.name} needs its words under [when] in bot/flows/paper/captions.toml"
            )


def test_no_words_are_kept_for_what_is_no_longer_there() -> None:
    states = {card.name for flow in FLOWS.values() for card in flow.states.values()}
    views = {name for flow in FLOWS.values() for name in flow.views}
    places = {*FLOWS, *(entry for flow in FLOWS.values() for entry in flow.entries)}
    known = {"when": set(GUARDS), "title": states, "view": views, "flow": places}
    used = "".join(path.read_text("utf-8") for path in (DIRECTORY / "paper").glob("*.py"))
    for caption in captions_in("da"):
        table, _, name = caption.partition(".")
        if table == "paper":
            assert name in used or name.startswith(("how_", "front_")), caption
        elif table == "review":
            continue  # they have a test of their own
        else:
            assert name in known[table], caption


def test_a_guard_on_one_answer_points_to_the_card_and_the_answer() -> None:
    assert "Kun når svaret på kort 1 er «Midt i et møde» eller «Telefon eller video»:" in read_aloud(
        printed()
    )
    assert "der er kryds ved «Greb om halsen» på kort" in read_aloud(printed())
    assert "når svaret på kort 1 ikke er «Før et møde»" in read_aloud(printed())


def test_a_guard_that_nobody_has_put_into_words_is_still_told_somehow() -> None:
    unknown = Guard("is_raining", frozenset({"moment", "mode"}), lambda answers: False)
    assert in_words([unknown], FLOWS["detection"], {}, saying("da"), captions_in("da")) == "is raining"


def test_paper_never_claims_to_have_stored_or_sent_anything() -> None:
    captions = captions_in("da")
    claims = [one for one in re.findall(r"<article.*?</article>", printed(), re.S) if "Gemt" in one]
    assert claims
    assert all(captions["paper.nothing_is_sent"] in one for one in claims)


def test_no_placeholder_is_left_open_but_those_of_a_referral() -> None:
    for language in SPOKEN.languages:
        body = printed(language).partition("<body>")[2]
        assert "{" not in body
        assert "________" in body


def test_the_english_paper_has_no_danish_sentence_left() -> None:
    said = read_aloud(printed("en"))
    danish = {
        line.text
        for flow in FLOWS.values()
        for card in cards(flow)
        for line in lines_of(card)
        if line.text.context
    }
    assert len(danish) > 100
    for text in danish:
        if saying("en")(text) != saying("da")(text):
            assert saying("da")(text) not in said
    assert not re.search(r"\b(Kun når|Stilles kun|Kilder|kort \d|Ét kryds)\b", said)


def test_every_language_of_the_paper_has_the_same_captions_and_placeholders() -> None:
    danish = captions_in("da")
    assert len(danish) > 100
    for language in set(SPOKEN.languages) - {"da"}:
        told = captions_in(language)
        assert told.keys() == danish.keys()
        assert told != danish
        for name, caption in told.items():
            assert caption.strip(), name
            assert sorted(re.findall(r"\{\w+\}", caption)) == sorted(re.findall(r"\{\w+\}", danish[name]))


def test_no_name_from_a_file_can_break_the_page() -> None:
    html = printed("da", town='Ve"d <b>Åen</b> \\ </style>')
    assert "<b>Åen</b>" not in html
    assert html.count("</style>") == 1
    assert escape('Ve"d <b>Åen</b>') in html


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: browser tests are skipped")
@pytest.mark.parametrize("language", SPOKEN.languages)
def test_no_card_and_no_sheet_is_longer_than_a_page_of_a4(language: str) -> None:
    page_height, page_width = 297 - 11 - 14, 180  # millimetres within the margins of style.css
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": round(page_width * 96 / 25.4), "height": 1000})
        page.emulate_media(media="print")
        page.set_content(printed(language))
        measured = page.eval_on_selector_all(
            ".card, .sheet, .row",
            "all => all.map(one => [one.id || one.className, one.offsetHeight, one.scrollWidth])",
        )
        browser.close()
    assert len(measured) > 60
    for name, height, width in measured:
        assert height * 25.4 / 96 <= page_height, f"{name} is {height * 25.4 / 96:.0f} mm high"
        assert width * 25.4 / 96 <= page_width + 1, name


# --- the command -------------------------------------------------------------------------------------


def opspor(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """In an environment with no setting at all."""
    return subprocess.run(
        [OPSPOR, "flows", "draw", *arguments], cwd=directory, env={"PATH": os.environ["PATH"]},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_the_command_draws_every_flow_or_one_without_any_setting(tmp_path: Path) -> None:
    both, one = opspor(tmp_path), opspor(tmp_path, "referral")
    assert (both.returncode, one.returncode) == (0, 0), both.stderr + one.stderr
    assert both.stdout.count("stateDiagram-v2") == len(FLOWS)
    assert one.stdout.strip() == chart("referral").strip()


def test_the_command_prints_the_paper_into_a_file(tmp_path: Path) -> None:
    done = opspor(tmp_path, "--print", "paper.html", "--language", "en")
    assert (done.returncode, done.stderr) == (0, "")
    assert "For the day when the chat must not" in (tmp_path / "paper.html").read_text("utf-8")


def test_what_cannot_be_drawn_is_one_clear_sentence(tmp_path: Path) -> None:
    for arguments, names in (
        (("nothing",), "detection, referral"),
        (("--language", "kl"), "da, de, en"),
        (("--print", "no/such/place.html"), "no/such/place.html"),
    ):
        done = opspor(tmp_path, *arguments)
        assert done.returncode == 2
        assert names in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_a_heading_is_the_question_of_the_card_or_how_it_begins() -> None:
    say = saying("da")
    titles = {state.name: declared.title(state, say) for state in FLOWS["detection"].states.values()}
    assert titles["children"].startswith("Er der børn eller unge under 18")
    assert titles["private"] == "Er I alene?"
    assert titles["stopped"] == "Samtalen er stoppet."
    assert titles["closing"] == ""
    assert declared.title(State("empty", "empty", (Line(Text("…", "x.empty")),), ends=True), say) == "…"
