"""A flow played in the terminal, by what is typed and what is written."""

import io
import os
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest

from bot.flows import play
from bot.flows.loader import load
from bot.locales import words
from bot.locales.screen import screen
from bot.municipality import EXAMPLE
from bot.municipality import read as read_municipality
from tests.test_scenarios import SCENARIOS
from tests.test_transcripts import transcript

OPSPOR = Path(sys.executable).parent / "opspor"
TOWN = read_municipality(EXAMPLE)
FLOWS = load(unverified=True).flows
SPOKEN = words.Words({"da": {}})
VALUES = TOWN.placeholders(TOWN.unit[0].id, "da", date(2026, 11, 22))


def played(*typed: str, flow: str = "detection", entry: str = "new") -> str:
    """All that the terminal shows when these lines are typed."""
    out = io.StringIO()
    play.play(
        FLOWS[flow],
        entry,
        lambda card: screen(SPOKEN, card, "da", VALUES),
        lambda text: SPOKEN.say(text, "da", VALUES),
        lines=io.StringIO("".join(f"{line}\n" for line in typed)),
        out=out,
    )
    return out.getvalue()


def kept(shown: str) -> str:
    """The transcript at the end."""
    return shown.rpartition("═\n")[2].rpartition("\nfacts = ")[0]


def pressed(shown: str) -> list[str]:
    return [line.removeprefix("* ") for line in kept(shown).splitlines() if line.startswith("* ")]


def test_a_card_is_shown_with_numbered_answers_and_controls_by_their_keys() -> None:
    shown = played("q")
    assert "Hvornår bruger du mig?" in shown
    assert "  2  Midt i et møde  (moment.during)" in shown
    assert "acute [Akut]" in shown
    assert "back [Tilbage]" in shown


def test_an_answer_is_given_by_its_number_or_by_its_code() -> None:
    assert pressed(played("2", "q")) == pressed(played("moment.during", "q")) == ["moment.during"]
    assert pressed(played("  2 ", "q")) == ["moment.during"]


@pytest.mark.parametrize(
    "typed", ["", "0", "6", "-1", "²", "mode.routine", "next", "0:notify.0", "noget andet", "Q"]
)
def test_what_is_not_on_the_card_is_kindly_asked_again_and_moves_nobody(typed: str) -> None:
    shown = played(typed, "1", "q")
    assert shown.count("That is not on this card.") == 1
    assert pressed(shown) == ["moment.before"]


def test_ticks_are_shown_and_do_not_count_as_presses() -> None:
    shown = played("2", "2", "2", "q")
    assert "✓ Frygt eller uro" in shown
    assert "presses 2" in kept(shown)


def test_the_emergency_card_is_one_word_away_and_the_question_comes_back() -> None:
    shown = played("1", "acute", "next", "q")
    assert "Ring 112" in shown
    assert shown.count("Hvad er anledningen?") > 2
    assert "= marks emergency" in shown


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one["id"])
def test_a_played_scenario_gives_the_very_transcript_that_is_kept(scenario: dict[str, object]) -> None:
    wanted = transcript(scenario, FLOWS["detection"])
    codes = [line.removeprefix("* ") for line in wanted.splitlines() if line.startswith("* ")]
    assert codes
    shown = kept(played(*codes))
    assert shown.partition("\n")[0] == "# detection, new"
    assert shown.partition("\n")[2] == wanted.partition("\n")[2]


def test_the_answers_come_out_as_the_facts_of_a_scenario() -> None:
    shown = played("2", "2", "signs.fear", "signs.control", "done", "q")
    facts = tomllib.loads(shown[shown.rindex("facts = ") :])["facts"]
    assert facts == {"moment": "during", "mode": "concern", "signs": ["fear", "control"]}
    assert "facts = {}" in played("q")


def test_it_ends_with_the_derived_codes() -> None:
    shown = played("q", entry="duty")
    assert "= result child_only, level none, urgency standard, path none, reminder yes, presses 0" in shown


def test_what_would_be_stored_and_what_back_will_not_cross_is_said() -> None:
    wanted = transcript(
        next(one for one in SCENARIOS if one["id"] == "disclosed-with-children"), FLOWS["detection"]
    )
    codes = [line.removeprefix("* ") for line in wanted.splitlines() if line.startswith("* ")]
    upto = codes[: codes.index("consent.named") + 1]
    shown = played(*upto, "back", "q")
    assert "(the bot would now store: refer)" in shown
    assert "back does not cross it" in shown


def test_it_ends_where_nothing_more_is_typed_and_where_the_conversation_ends() -> None:
    assert "presses 1" in kept(played("1"))
    stopped = played("stop", "1")
    assert "Samtalen er stoppet" in stopped
    assert pressed(stopped) == ["stop"]


def test_the_key_persons_side_can_be_played_too() -> None:
    assert pressed(played("take.accept", "q", flow="referral", entry="open")) == ["take.accept"]


# --- the command -------------------------------------------------------------------------------------


def opspor(typed: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [OPSPOR, "flows", "play", *arguments], input=typed, env={"PATH": os.environ["PATH"], "PYTHONUTF8": "1"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_the_command_plays_in_a_terminal_without_any_setting() -> None:
    done = opspor("2\nq\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "* moment.during" in done.stdout
    english = opspor("q\n", "detection", "--entry", "duty", "--language", "en")
    assert "Have you noticed" in english.stdout or "What have you noticed" in english.stdout


def test_a_flow_or_an_entry_that_is_not_there_is_one_clear_sentence() -> None:
    for arguments, names in (
        (("nothing",), "detection, referral"),
        (("detection", "--entry", "old"), "new, duty"),
    ):
        done = opspor("", *arguments)
        assert done.returncode == 2
        assert names in done.stderr
