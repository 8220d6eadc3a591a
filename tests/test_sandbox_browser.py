"""The sandbox as a person uses it, in a real browser: a whole hand-over, the lock screen, a small telephone."""

import contextlib
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from bot.practice import Situation
from tests.cast import CONTENT
from tests.talk import Talk
from tests.test_practice import UNTOUCHED, scenario_of

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPSPOR = Path(sys.executable).parent / "opspor"
BUILD = Path(__file__).parent.parent / "build"
NEUTRAL = "Der er en ny opgave til dig."

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: browser tests are skipped"),
]


@contextlib.contextmanager
def sandbox(directory: Path, *arguments: str) -> Iterator[str]:
    """The command itself, in a process of its own; the address of its page."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(OPSPOR), "sandbox", "--port", str(port), "--directory", str(directory), *arguments]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPSPOR_")}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert "http" in line, line
        yield line.split()[-1]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        process.stdout.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1400, "height": 900})
    yield opened
    opened.close()


def phone(page: Page, number: int) -> Locator:
    return page.locator(f'[data-phone="{number}"]')


def say(on: Locator, words: str) -> None:
    on.locator("[data-input]").fill(words)
    on.locator("[data-input]").press("Enter")


# What stands in a chat: each message's number, its words and its buttons.
CHAT = """(phone) => JSON.stringify([...phone.querySelectorAll("[data-message]")].map((one) =>
  [one.dataset.message, one.innerText, [...one.querySelectorAll("[data-code]")].map((key) => key.dataset.code)]))"""
CHANGED = f"([one, before]) => ({CHAT})(one) !== before"


# Whether a button is gone, or ticked.
TAKEN = """([phone, code, label]) => [...phone.querySelectorAll(`[data-code="${code}"]`)].at(-1)?.innerText !== label"""


def press(on: Locator, *codes: str) -> None:
    """Each by its code whatever the turn, and the next only when the one before has led somewhere: its turn is over or
    it is ticked, or where it is of no turn, the chat has changed. Nothing is timed. That the chat has changed is not
    enough where there are turns: it may have been a message that went, and the next press would be on the card
    before."""
    for code in codes:
        button = on.locator(f'[data-code$=":{code}"]').last
        button.wait_for()
        pressed, label, before = button.get_attribute("data-code"), button.inner_text(), on.evaluate(CHAT)
        assert pressed is not None
        button.click()
        if pressed.startswith("0:"):
            on.page.wait_for_function(CHANGED, arg=[on.element_handle(), before])
        else:
            on.page.wait_for_function(TAKEN, arg=[on.element_handle(), pressed, label])


TO_CONSENT = (
    *(
        "moment.during",
        "mode.concern",
        "signs.fear",
        "done",
        "gate.ok",
        "response.disclosed",
        "safe_today.yes",
    ),
    *("done", "who.partner", "children.yes", "child_danger.no", "wish.help", "consent.named"),
)
AFTERWARDS = (
    *("next", "next.meeting", "exposure.witnessed", "suspected.parent", "duty.notified", "level.knowledge"),
    *("forms.physical", "done"),
)
WORK = ("assessment.done", "tool.other", "plan.made", "review.1m", "offer.group", "answer.accepted")


def test_a_whole_handover_from_the_question_to_the_closing(page: Page, tmp_path: Path) -> None:
    BUILD.mkdir(exist_ok=True)
    with sandbox(tmp_path / "box") as address:
        page.goto(address)
        employee, key_person = phone(page, 1001), phone(page, 1002)
        say(employee, "/new")
        press(employee, *TO_CONSENT)
        expect(employee).to_contain_text("Gemt. Jeg beder nøglepersonen om at ringe til dig.")
        expect(key_person).to_contain_text(NEUTRAL)
        expect(key_person).not_to_contain_text(re.compile("vold|borger|barn", re.IGNORECASE))
        key_person.locator('[data-code^="0:open."]').click()
        expect(key_person).to_contain_text("Ring til: Medarbejderen i jobcentret, 00 00 00 21.")
        expect(employee).to_contain_text("Set, men ikke taget endnu.")
        press(key_person, "take.accept")
        expect(employee).to_contain_text("Nøglepersonen har taget den. Ring sammen: 00 00 00 12.")
        page.screenshot(path=BUILD / "sandbox.png")
        press(employee, *AFTERWARDS)
        expect(employee).to_contain_text("Du lyttede til noget svært.")
        press(key_person, "contact.reached", *WORK, "close.completed")
        expect(key_person).to_contain_text("Henvisningen er afsluttet.")
        expect(employee).to_contain_text("Afsluttet.")


def test_a_press_that_has_begun_is_kept_while_a_tick_changes_the_card(page: Page, tmp_path: Path) -> None:
    with sandbox(tmp_path / "box") as address:
        page.goto(address)
        employee = phone(page, 1001)
        say(employee, "/new")
        press(employee, "moment.during", "mode.concern")
        card = employee.locator(".message").filter(has=page.locator('[data-code$=":signs.fear"]'))
        tick, done = card.locator('[data-code$=":signs.fear"]'), card.locator('[data-code$=":done"]')
        done.hover()
        page.mouse.down()
        told = {
            "message_id": int(card.get_attribute("data-message") or 0),
            "data": tick.get_attribute("data-code"),
        }
        before = tick.inner_text()
        assert page.request.post(f"{address}/sandbox/phones/1001/press", data=told).ok
        expect(tick).not_to_have_text(before)
        page.mouse.up()
        press(employee, "gate.ok")


def test_the_clock_moved_forward_asks_the_next_and_the_employee_sees_it(page: Page, tmp_path: Path) -> None:
    BUILD.mkdir(exist_ok=True)
    with sandbox(tmp_path / "box") as address:
        page.goto(address)
        employee, coordinator = phone(page, 1001), phone(page, 1003)
        say(employee, "/new")
        press(employee, *TO_CONSENT, *AFTERWARDS)
        expect(phone(page, 1002)).to_contain_text(NEUTRAL)
        for _ in range(8):
            page.locator('[data-forward="86400"]').click()
            page.wait_for_timeout(
                800
            )  # what is due that day is sent before the next one comes, as it would be
        expect(coordinator).to_contain_text(NEUTRAL)
        coordinator.locator('[data-code^="0:open."]').last.click()
        expect(coordinator).to_contain_text("Ring til: Medarbejderen i jobcentret, 00 00 00 21.")
        expect(employee).to_contain_text(re.compile("jeg har spurgt flere|ikke flere at spørge"))
        page.screenshot(path=BUILD / "clock.png")


def test_a_glance_at_the_lock_screen_tells_nothing(page: Page, tmp_path: Path) -> None:
    with sandbox(tmp_path / "box") as address:
        page.goto(address)
        for number in (1001, 1002):
            phone(page, number).locator("[data-lock]").click()
        employee = phone(page, 1001)
        employee.locator("[data-unlock]").click()
        say(employee, "/new")
        press(employee, *TO_CONSENT)
        expect(phone(page, 1002).locator("[data-notification]").first).to_contain_text(NEUTRAL)
        for shown in phone(page, 1002).locator("[data-notification]").all():
            assert not re.search("vold|henvisning|borger", shown.inner_text(), re.IGNORECASE)


def test_what_is_typed_disappears_and_the_conversation_goes_on(page: Page, tmp_path: Path) -> None:
    with sandbox(tmp_path / "box") as address:
        page.goto(address)
        employee = phone(page, 1001)
        say(employee, "/new")
        press(employee, "moment.during")
        say(employee, "Hun bor på Testvej 1")
        expect(employee).to_contain_text("Jeg har slettet det hos mig")
        expect(employee).not_to_contain_text("Testvej")
        press(employee, "resume.0")
        expect(employee).to_contain_text("Hvad er anledningen?")


def test_a_restart_goes_on_where_it_was_and_fresh_begins_anew(page: Page, tmp_path: Path) -> None:
    with sandbox(tmp_path / "box") as address:
        page.goto(address)
        say(phone(page, 1001), "/new")
        press(phone(page, 1001), "moment.during")
        expect(phone(page, 1001)).to_contain_text("Hvad er anledningen?")
    with sandbox(tmp_path / "box") as address:
        page.goto(address)
        press(phone(page, 1001), "mode.routine")
        expect(phone(page, 1001)).to_contain_text("Er alt på plads?")
    with sandbox(tmp_path / "box", "--fresh") as address:
        page.goto(address)
        expect(phone(page, 1001).locator("[data-message]")).to_have_count(0)


def test_english_is_one_press_away_and_stays(page: Page, tmp_path: Path) -> None:
    with sandbox(tmp_path / "box") as address:
        page.goto(address)
        employee = phone(page, 1001)
        say(employee, "/language")
        press(employee, "language.en")
        expect(employee).to_contain_text("Welcome")
        say(employee, "/new")
        expect(employee).to_contain_text("When do you need me?")


def test_the_longest_cards_fit_a_small_telephone(browser: Browser, tmp_path: Path) -> None:
    BUILD.mkdir(exist_ok=True)
    page = browser.new_page(viewport={"width": 360, "height": 740})
    with sandbox(tmp_path / "box") as address:
        page.goto(address)
        employee = phone(page, 1001)
        say(employee, "/new")
        press(employee, *TO_CONSENT[:5])
        expect(employee).to_contain_text("Hvad svarede borgeren?")
        page.screenshot(path=BUILD / "small.png")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360
        for button in employee.locator("[data-code]").all():
            assert button.evaluate("one => one.scrollWidth <= one.clientWidth"), button.inner_text()
    page.close()


# Every button: its label, whether it fits, its height in pixels, and the words that a line break cuts in two.
SIZES = """one => [...one.querySelectorAll("[data-code]")].map((button) => {
  const cut = [], range = document.createRange(), walk = document.createTreeWalker(button, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) for (const word of walk.currentNode.data.matchAll(/[\\p{L}]+/gu)) {
    range.setStart(walk.currentNode, word.index);
    range.setEnd(walk.currentNode, word.index + word[0].length);
    if (range.getClientRects().length > 1) cut.push(word[0]);
  }
  return [button.innerText, button.scrollWidth <= button.clientWidth, button.offsetHeight, cut];
})"""
# How far the first line of what is shown keeps from either side of its message, in pixels.
EDGES = """one => {
  const words = one.querySelector(".text"), range = document.createRange();
  range.selectNodeContents(words.firstChild);
  const all = [...range.getClientRects()].filter((rect) => rect.width > 0), box = words.getBoundingClientRect();
  const line = all.filter((rect) => Math.abs(rect.top - all[0].top) < 5);
  return [Math.min(...line.map((r) => r.left)) - box.left, box.right - Math.max(...line.map((r) => r.right))];
}"""


@pytest.mark.parametrize("language", ["ar", "fa", "uk", "so"])
def test_a_sentence_is_shown_to_the_citizen_where_its_language_begins_and_inside_a_small_telephone(
    browser: Browser, tmp_path: Path, language: str
) -> None:
    BUILD.mkdir(exist_ok=True)
    page = browser.new_page(viewport={"width": 360, "height": 1000})
    with sandbox(tmp_path / "box") as address:
        page.goto(address)
        employee = phone(page, 1001)
        say(employee, "/new")
        press(employee, "moment.during", "mode.routine", "gate.ok", "show")
        expect(employee).to_contain_text("Sætning 1 af 15")  # "more" stands on the card before it, too
        press(employee, "more", f"show.{language}", "show")
        expect(employee).to_contain_text("Sætning 2 af 15")
        expect(employee).to_contain_text("«Jeg kan ikke love at holde alt hemmeligt.")
        shown = employee.locator(".message").last
        left, right = shown.evaluate(EDGES)
        assert (right < 2) == (language in ("ar", "fa")), (left, right)
        assert (left < 2) == (language in ("uk", "so")), (left, right)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert shown.evaluate("one => one.scrollWidth <= one.clientWidth")
        page.screenshot(path=BUILD / f"shown-{language}.png")
        press(employee, "more")
        for button in employee.locator("[data-code]").all():
            assert button.evaluate("one => one.scrollWidth <= one.clientWidth"), button.inner_text()
        page.screenshot(path=BUILD / "languages.png")
    page.close()


def test_german_buttons_fit_a_small_telephone(browser: Browser, tmp_path: Path) -> None:
    """The longest words that the house has."""
    BUILD.mkdir(exist_ok=True)
    page = browser.new_page(viewport={"width": 360, "height": 1000})
    with sandbox(tmp_path / "box") as address:
        page.goto(address)
        employee = phone(page, 1001)
        say(employee, "/language")
        press(employee, "language.de")
        say(employee, "/new")
        looked = 0
        for code in (*TO_CONSENT, *AFTERWARDS[:4]):
            expect(employee.locator(f'[data-code$=":{code}"]').last).to_be_visible()
            sizes = employee.evaluate(SIZES)
            for label, fits, height, cut in sizes:
                assert fits and height < 60 and not cut, (label, height, cut)
            looked += len(sizes)
            press(employee, code)
        assert looked > 150
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.screenshot(path=BUILD / "german.png")
    page.close()


def test_the_clock_moved_forward_ends_a_conversation_that_was_left(page: Page, tmp_path: Path) -> None:
    with sandbox(tmp_path / "box") as address:
        page.goto(address)
        employee = phone(page, 1001)
        say(employee, "/duty")
        press(employee, "done")
        page.locator("[data-forward]").nth(2).click()  # eight hours
        expect(employee).to_contain_text(NEUTRAL)
        employee.locator('[data-code^="0:open."]').click()
        expect(employee).to_contain_text("spørgsmålet om underretning står åbent")
        employee.locator('[data-code^="0:notified."]').click()
        expect(employee).to_contain_text("Noteret. Tak, fordi du handlede på det.")


def of_practice(directory: Path) -> dict[str, int]:
    """How many rows a practice must leave as they were."""
    with contextlib.closing(sqlite3.connect(directory / "opspor.db")) as rows:
        return {table: rows.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in UNTOUCHED}  # noqa: S608


def practises(employee: Locator, situation: Situation, place: int) -> None:
    """From the command to the comparison, as the professional would go."""
    say(employee, "/practice")
    press(employee, *(f"situations.{page}" for page in range(1, place // 8 + 2)))
    press(employee, f"situation.{situation.key}", f"practise.{situation.key}")
    talk = Talk.on(CONTENT.flows["detection"]).by_facts(scenario_of(situation.id)["facts"])
    press(employee, *talk.codes)
    employee.locator('[data-code^="0:compare."]').last.click()


def test_every_situation_can_be_practised_on_a_small_telephone_and_leaves_nothing_behind(
    browser: Browser, tmp_path: Path
) -> None:
    BUILD.mkdir(exist_ok=True)
    page = browser.new_page(viewport={"width": 360, "height": 900})
    with sandbox(tmp_path / "box") as address:
        page.goto(address)
        employee, before = phone(page, 1001), of_practice(tmp_path / "box")
        for place, situation in enumerate(CONTENT.situations.values()):
            practises(employee, situation, place)
            card = employee.locator(".message").last
            expect(card).to_contain_text(situation.told.msgid)
            expect(card).to_contain_text("ØVELSE")
            expect(card).to_contain_text(re.compile("I gik samme vej|Du stoppede undervejs"))
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.screenshot(path=BUILD / "practice.png")
        assert of_practice(tmp_path / "box") == before
        expect(phone(page, 1002).locator("[data-message]")).to_have_count(0)
    page.close()


@pytest.mark.parametrize("language", ["da", "en", "de"])
def test_library_cards_and_the_overview_are_read_on_a_small_telephone(
    browser: Browser, tmp_path: Path, language: str
) -> None:
    BUILD.mkdir(exist_ok=True)
    page = browser.new_page(viewport={"width": 360, "height": 900})
    with sandbox(tmp_path / "box") as address:
        page.goto(address)
        employee = phone(page, 1001)
        say(employee, "/language")
        press(employee, f"language.{language}")
        say(employee, "/cards")
        page.screenshot(path=BUILD / f"shelves-{language}.png")
        press(employee, "shelf.forms", "card.honour")
        expect(employee.locator(".message").last).to_contain_text("barnets lov § 18, stk. 3")
        page.screenshot(path=BUILD / f"card-{language}.png")
        for _, fits, height, cut in employee.evaluate(SIZES):
            assert fits and height < 60 and not cut
        say(employee, "/new")
        press(employee, *TO_CONSENT, *AFTERWARDS)
        employee.locator('[data-code^="0:sum."]').click()
        expect(employee.locator('[data-code^="0:sumcopy."]')).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.screenshot(path=BUILD / f"overview-{language}.png")
    page.close()
