"""Right to left: where a line begins, and that numbers and Latin names in it are read as they are meant."""

import re

import pytest
from bidi import get_display

from bot.flows import loader
from bot.locales import reading
from bot.locales.direction import RIGHT_TO_LEFT, is_right_to_left, stand

CONTENT = loader.load(unverified=True)
SPOKEN = reading.load(needed=CONTENT.needed())
RIGHT = [language for language in SPOKEN.of_citizens if is_right_to_left(language)]
UNSEEN = re.compile("[\u200e\u200f\u2066-\u2069]")


def seen(said: str) -> list[str]:
    """Each line as the eye meets it from left to right, by the standard's own rules; the signs of direction unseen."""
    return [UNSEEN.sub("", str(get_display(line, base_dir="R"))) for line in said.split("\n")]


def test_arabic_and_farsi_are_written_from_right_to_left_and_nothing_else_of_ours_is() -> None:
    assert RIGHT == ["ar", "fa"]


def test_what_is_written_from_left_to_right_is_left_as_it_is() -> None:
    assert stand("Ring 112 eller 116 111.\n• MitID", "da") == "Ring 112 eller 116 111.\n• MitID"


@pytest.mark.parametrize("number", ["112", "116 111", "116 006", "00 00 00 10", "1888", "+45 33 33 00 47"])
def test_a_number_of_several_groups_keeps_their_order(number: str) -> None:
    """Without help "116 111" is read "111 116": the wrong number would be rung."""
    said = f"اتصل بـ {number}، الآن"
    assert number in seen(stand(said, "ar"))[0]
    if " " in number:
        assert number not in seen(said)[0], "this test would notice nothing"


def test_a_line_that_begins_with_a_latin_name_or_a_number_still_begins_at_the_right() -> None:
    for said in ("MitID رقم", "1888 رقم"):
        assert stand(said, "ar").startswith(RIGHT_TO_LEFT)
        assert seen(stand(said, "ar"))[0].endswith(said.split(" ")[0])


def test_a_name_of_two_words_and_a_command_stay_together() -> None:
    assert "Digital Post" in seen(stand("في Digital Post، لا", "ar"))[0]
    assert "/new" in seen(stand("اكتب /new الآن", "ar"))[0]
    assert seen(stand("MitID.", "ar"))[0] == ".MitID", "the full stop belongs to the line, not to the name"


def test_every_line_of_a_list_stands_by_itself_and_an_empty_one_stays_empty() -> None:
    made = stand("• 112\n\n• 114", "fa").split("\n")
    assert [line.startswith(RIGHT_TO_LEFT) for line in made] == [True, False, True]
    assert made[1] == ""


@pytest.mark.parametrize("language", RIGHT)
def test_no_sentence_of_ours_shows_a_number_or_a_name_turned_round(language: str) -> None:
    looked = 0
    for said in SPOKEN.shown[language].values():
        shown = "\n".join(seen(stand(said, language)))
        for kept in re.findall(
            r"116 \d{3}|1888|11[24]|MitID|Digital Post|BørneTelefonen|Offerrådgivningen", said
        ):
            assert kept in shown, said
            looked += 1
    assert looked >= 15
