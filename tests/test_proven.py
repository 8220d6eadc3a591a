"""The flows are proven, and each property's proof can fail: one fault in the content or the engine for each."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot import derived, engine, proof, proving, showing
from bot.errors import Unproven
from bot.flows import loader, telling, verify
from bot.flows.properties.demands import PROPERTIES, Spoken
from bot.flows.verdicts import Broken, Report, Verdict
from bot.locales import words
from bot.locales.screen import screen
from bot.model import Answers, Flow, Guard, Line, Session, State, Step, Text
from tests.test_transcripts import TODAY, TOWN

DANISH = Spoken({"da": lambda text: text.msgid})
DIRECTORY = loader.DIRECTORY

ROUND = 'then = [{ when = "in_shelter", to = "next" }, { to = "closing" }]\n'
# Where a property is broken: the file, what stands there, and what stands there instead.
FAULTS: dict[str, tuple[str, str, str]] = {
    "P1": ("common.toml", 'marks = "emergency"', 'marks = "help_info"'),
    "P2": ("detection.toml", '{ when = "may_speak", use = "ask" }', '{ use = "ask" }'),
    "P3": ("detection.toml", '  { when = "duty_unanswered", to = "duty" },\n', ""),
    "P4": ("duty.toml", 'ikke samtykke.", marks = "duty_first" }', 'ikke samtykke." }'),
    "P5": ("duty.toml", 'when = ["no_child_asked_or_known", "parents_as_usual"]', 'when = "no_child_asked_or_known"'),
    "P6": ("handover.toml", '{ key = "none", label = "Nej" }', '{ key = "none", label = "Nej", does = "refer" }'),
    "P8": ("detection.toml", 'then = "closing"\nchoices', ROUND + "choices"),
    "P9": ("detection.toml", ', sets = { response = "disclosed" }', ""),
    "P10": ("referral.toml", 'label = "Jeg tager den", does = "accept"', 'label = "Jeg tager den"'),
    "P11": ("detection.toml", '  { key = "knowledge", label = "Viden" },\n]\n\n[state.forms]', "]\n\n[state.forms]"),
    "P12": ("detection.toml", 'Jeg minder dig om det i dag.", marks = "reminder" }', 'Ring i dag." }'),
    "P13": ("referral.toml", 'siger nej tak", does = "contact"', 'siger nej tak", does = "close"'),
    "P17": ("handover.toml", 'when = "wish_to_ask"', 'when = "uses"'),
    "P15": ("handover.toml", 'label = "Ja, med navn", does = "refer"', 'label = "Ja, med navn"'),
}  # fmt: skip


def proven(directory: Path = DIRECTORY, only: str = "", stops: bool = False) -> tuple[loader.Content, Report]:
    content = loader.load(directory, unverified=True)
    asked = {only} if only else PROPERTIES
    return content, verify.verify(content.flows, DANISH, proving.kept, stops=stops, only=asked)


def with_fault(tmp_path: Path, file: str, old: str, new: str) -> Path:
    for path in DIRECTORY.glob("*.toml"):
        text = path.read_text("utf-8")
        if path.name == file:
            assert text.count(old) == 1, f"{file} has {text.count(old)} times: {old}"
            text = text.replace(old, new)
        (tmp_path / path.name).write_text(text, "utf-8")
    return tmp_path


@pytest.mark.parametrize("code", FAULTS)
def test_a_property_is_broken_by_its_fault_and_a_conversation_or_a_card_shows_it(
    code: str, tmp_path: Path
) -> None:
    directory = with_fault(tmp_path, *FAULTS[code])
    content, report = proven(directory, code, stops=True)
    broken = report.verdicts[0].broken
    assert broken is not None, f"{code} did not notice"
    told = tell(content.flows[broken.flow], broken, report.verdicts[0])
    assert told.startswith(f"{code} holder ikke: ")
    assert "{" not in told, told
    assert not broken.codes or " 1. " in told


SHOWN_TOO_EARLY: dict[str, tuple[str, str, str]] = {
    "a direct question that is only shown": (
        "detection.toml", '{ when = "may_speak", aloud = "Er du blevet presset', '{ aloud = "Er du blevet presset',
    ),
    "safety words, while somebody else hears": (
        "detection.toml", '{ when = "may_speak", aloud = "Skal vi ringe til 1888', '{ aloud = "Skal vi ringe til 1888',
    ),
    "neutral words, while an interpreter is missing": (
        "detection.toml", 'words = [\n  { when = "may_speak", aloud = "Er der nogen, der nedgør',
        'words = [\n  { when = "in_meeting", aloud = "Vi tager en kop kaffe.", marks = "check" },\n'
        '  { when = "may_speak", aloud = "Er der nogen, der nedgør',
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", SHOWN_TOO_EARLY)
def test_what_could_be_shown_to_the_citizen_too_early_breaks_p2(fault: str, tmp_path: Path) -> None:
    content, report = proven(with_fault(tmp_path, *SHOWN_TOO_EARLY[fault]), "P2", stops=True)
    assert content.flows and report.verdicts[0].broken is not None


def test_an_engine_that_shows_what_may_not_be_heard_breaks_p2(monkeypatch: pytest.MonkeyPatch) -> None:
    """The content's conditions are right, and nobody asks them."""

    def unasked(state: State, answers: Answers) -> tuple[Line, ...]:
        return tuple(line for line in (*state.lines, *state.why, *state.words) if line.aloud)

    monkeypatch.setattr(showing, "words", unasked)
    assert proven(only="P2", stops=True)[1].verdicts[0].broken is not None


BY_THE_DATE = 'then = [{ when = "path_police", to = "offer" }, { to = "review" }]'
NO_PLAN_WITHOUT_A_DATE: dict[str, tuple[str, str, str]] = {
    "the date is not always asked for": ("referral.toml", 'then = "review"', BY_THE_DATE),
    "the plan is stored before its date": (
        "referral.toml", 'label = "Ja, der er en plan"', 'label = "Ja, der er en plan", does = "plan"',
    ),
    "the date is not stored": ("referral.toml", 'label = "Om en uge", does = "plan"', 'label = "Om en uge"'),
}  # fmt: skip


@pytest.mark.parametrize("fault", NO_PLAN_WITHOUT_A_DATE)
def test_a_plan_that_is_made_without_a_date_breaks_p13_or_p10(fault: str, tmp_path: Path) -> None:
    flow = loader.load(with_fault(tmp_path, *NO_PLAN_WITHOUT_A_DATE[fault]), unverified=True).flows[
        "referral"
    ]
    report = verify.verify({"referral": flow}, DANISH, proving.kept, only={"P10", "P13"})
    broken = [verdict.broken for verdict in report.verdicts if verdict.broken is not None]
    assert broken and broken[0].codes


def test_an_urgency_that_falls_when_more_is_said_breaks_p7(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = Guard("odd", frozenset({"red_flags"}), lambda answers: answers.get("red_flags") == ("weapon",))
    monkeypatch.setattr(derived, "SAME_DAY", (odd,))
    verify.tried.cache_clear()
    report = proven(only="P7", stops=True)[1]
    verify.tried.cache_clear()
    assert report.verdicts[0].broken is not None
    assert report.verdicts[0].broken.answers


def test_a_sentence_that_a_language_lacks_breaks_p14() -> None:
    flows = loader.load(unverified=True).flows
    lame: dict[str, Callable[[Text], str | None]] = {
        "xx": lambda text: None if "112" in text.msgid else text.msgid
    }
    for spoken in (Spoken(lame), Spoken({}, lame)):
        report = verify.verify(flows, spoken, proving.kept, only={"P14"})
        assert report.verdicts[0].broken is not None


def test_a_citizens_language_owes_only_what_is_shown_to_the_citizen() -> None:
    flows = loader.load(unverified=True).flows
    aloud = {
        line.text
        for flow in flows.values()
        for state in flow.states.values()
        for line in (*state.lines, *state.why, *state.words)
        if line.aloud
    }
    shown: dict[str, Callable[[Text], str | None]] = {
        "xx": lambda text: text.msgid if text in aloud else None
    }
    verdict = verify.verify(flows, Spoken({}, shown), proving.kept, only={"P14"}).verdicts[0]
    assert verdict.passed and verdict.looks > 60


def test_looking_that_forgets_what_was_answered_breaks_p16(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgets(flow: Flow, session: Session) -> Step:
        return Step(replace(session, view="why", trail=session.trail[:-1], turn=session.turn + 1))

    monkeypatch.setitem(engine._CONTROLS, "why", forgets)
    report = proven(only="P16", stops=True)[1]
    assert report.verdicts[0].broken is not None
    assert "why" in report.verdicts[0].broken.codes


def test_a_session_that_storage_changes_breaks_p16() -> None:
    def loses_ticks_and_trail(session: Session) -> Session:
        return replace(session, trail=session.trail[1:])

    flows = loader.load(unverified=True).flows
    report = verify.verify(flows, DANISH, loses_ticks_and_trail, stops=True, only={"P16"})
    assert report.verdicts[0].broken is not None
    assert report.verdicts[0].broken.codes


def test_every_property_has_a_fault_that_breaks_it() -> None:
    elsewhere = {"P7", "P14", "P16"}
    assert FAULTS.keys() | elsewhere == PROPERTIES.keys()


def test_every_property_says_its_sentence_in_english_and_in_danish() -> None:
    assert {f"P{number}" for number in range(1, 18)} == PROPERTIES.keys()
    for each in PROPERTIES.values():
        assert each.english.endswith(".") and each.danish.endswith("."), each.code
        assert each.english != each.danish


def test_a_property_that_explores_nothing_is_no_pass() -> None:
    """The key person's flow alone asks nothing about a duty."""
    referral = {"referral": loader.load(unverified=True).flows["referral"]}
    verdicts = {one.of.code: one for one in verify.verify(referral, DANISH, proving.kept).verdicts}
    assert verdicts["P3"].looks == 0 and not verdicts["P3"].passed
    assert verdicts["P13"].passed


def test_what_must_be_said_is_missed_where_only_some_municipalities_say_it(tmp_path: Path) -> None:
    duty_first = 'ikke samtykke.", marks = "duty_first" }'
    directory = with_fault(tmp_path, "duty.toml", duty_first, f"{duty_first[:-2]}, unverified = true }}")
    reports = together_in(directory)
    assert [one.verdicts[0].passed for one in reports] == [True, False]


def together_in(directory: Path) -> list[Report]:
    contents = [loader.load(directory, unverified=unverified) for unverified in (True, False)]
    return verify.together([(each.flows, DANISH) for each in contents], proving.kept, only={"P4"})


def test_variants_with_different_roads_are_not_explored_as_one(tmp_path: Path) -> None:
    other = loader.load(with_fault(tmp_path, *FAULTS["P2"]), unverified=True).flows
    longer = loader.load(with_fault(tmp_path, *FAULTS["P3"]), unverified=True).flows
    here = loader.load(unverified=True).flows
    assert verify.differ_in_lines_alone(other["detection"], here["detection"])
    with pytest.raises(ValueError, match="different roads"):
        verify.together([(longer, DANISH), (here, DANISH)], proving.kept)


# --- the stored proof -------------------------------------------------------------------------------


def test_the_proof_that_is_shipped_is_of_what_is_here() -> None:
    """Where this fails, `opspor flows check` proves it anew and stores the proof."""
    assert proof.holds()


def test_a_proof_is_of_every_file_that_a_verdict_depends_on(tmp_path: Path) -> None:
    for name in ("flows", "locales/en", "storage"):
        (tmp_path / name).mkdir(parents=True)
    files = [
        "engine.py",
        "derived.py",
        "flows/x.toml",
        "flows/verify.py",
        "locales/en/staff.po",
        "showing.py",
        "controls.py",
        "storage/codes.py",
    ]
    for name in files:
        (tmp_path / name).write_text("one", "utf-8")
    before = proof.fingerprint(tmp_path)
    for name in files:
        (tmp_path / name).write_text("two", "utf-8")
        assert proof.fingerprint(tmp_path) != before, name
        (tmp_path / name).write_text("one", "utf-8")
    assert proof.fingerprint(tmp_path) == before
    (tmp_path / "flows" / "notes.txt").write_text("no part of it", "utf-8")
    assert proof.fingerprint(tmp_path) == before


def test_every_module_that_the_prover_imports_is_in_the_fingerprint() -> None:
    """In a process of its own, which has imported nothing else. What raises, or reads the proof, decides nothing."""
    told = "import sys, bot.proving; print(*(name for name in sys.modules if name.startswith('bot.')))"
    listed = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True
    ).stdout.split()
    decides = {proof.PACKAGE / f"{name.removeprefix('bot.').replace('.', '/')}.py" for name in listed}
    decides = {path for path in decides if path.exists()} - {
        proof.PACKAGE / f"{one}.py" for one in ("errors", "proof")
    }
    read = {path for pattern in proof._READ for path in proof.PACKAGE.glob(pattern)}
    assert len(decides) > 40
    assert decides - read == set()


@pytest.mark.parametrize("said", ["", "{", "[]", '{"fingerprint": "of something else"}'])
def test_a_proof_that_cannot_be_read_or_is_of_something_else_is_none(said: str, tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    file.write_text(said, "utf-8")
    assert not proof.holds(file)


def test_only_what_passed_is_stored_as_a_proof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored: list[dict[str, Any]] = []

    def write(summary: dict[str, Any]) -> bool:
        stored.append(summary)
        return True

    monkeypatch.setattr(proof, "write", write)
    content = loader.load(unverified=True)
    verdict = Verdict(PROPERTIES["P1"], looks=1)
    report = Report((), (verdict,))
    every = [proving.Proven(variant, content, report, ()) for variant in proving.VARIANTS]
    assert proving.store(every) and len(stored) == 1
    for failing in ([], every[:1]):
        with pytest.raises(Unproven):
            proving.store(failing)
    verdict.broken = Broken("P1", "detection", "noget")
    for failing in (every, []):
        with pytest.raises(Unproven):
            proving.store(failing)
    assert len(stored) == 1


def tell(flow: Flow, broken: Broken, verdict: Verdict) -> str:
    said, values = words.Words({"da": {}}), TOWN.placeholders(TOWN.unit[0].id, "da", TODAY)
    return telling.tell(
        flow, broken, verdict, lambda card: screen(said, card, "da", values),
        lambda text: said.say(text, "da", values),
    )  # fmt: skip
