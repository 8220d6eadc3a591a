"""Whatever somebody types is deleted; whether it looks as if it identifies somebody only chooses what she is told."""

import itertools
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.dk import cpr

from bot.transport.events import to_event
from bot.transport.recognising import IDENTIFYING, PLAIN, UNREAD, looks
from tests import wire
from tests.cast import on_stage

DIGITS = "0123456789"
SCRIPTS = ["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "０１２３４５６７８９", "𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡", DIGITS]
BETWEEN = ["", "-", " ", "–", " - ", ".", "/", "\u200b", "\u00ad-", "\u2060", " ‑ ", ":", "\n"]
BEFORE_AND_AFTER = [("", ""), ("Hun hedder noget, cpr ", "."), ("(", ")"), ("nr", "a"), ("0", "")]


def spellings(number: str) -> list[str]:
    """In every script, with every sign between the birthday and the rest, between all pairs, and between all digits."""
    found = []
    for script, sign in itertools.product(SCRIPTS, BETWEEN):
        own = "".join(script[int(each)] for each in number)
        pairs = sign.join([own[at : at + 2] for at in range(0, 10, 2)])
        found += [own[:6] + sign + own[6:], pairs, sign.join(own)]
    return found


@pytest.mark.parametrize("number", ["0101901234", "2110620629", "2902040000", "3112995678"])
def test_a_cpr_number_is_recognised_in_every_spelling(number: str) -> None:
    tried = 0
    for spelt, (before, after) in itertools.product(spellings(number), BEFORE_AND_AFTER):
        assert looks(before + spelt + after) == IDENTIFYING, repr(before + spelt + after)
        tried += 1
    assert tried > 1000


@pytest.mark.parametrize(
    "words",
    [
        "010190-xxxx", "010190 XXXX", "mette@eksempel.dk", "mette (at) eksempel (dot) dk", "skriv til @mettehansen",
        "t.me/mettehansen", "20 12 34 56", "+45 20123456", "tlf. 2012-3456", "Rosenvej 7", "Nørregade 12, 2. tv",
        "bor på H.C. Andersens Boulevard 3", "8000 Aarhus", "DK-1000 København", "Rosenalle 7", "Lille Stræde nr. 4",
    ],
)  # fmt: skip
def test_what_identifies_in_other_ways_is_recognised(words: str) -> None:
    assert looks(words) == IDENTIFYING


@pytest.mark.parametrize(
    "words",
    [
        "hej",
        "hvad gør jeg nu?",
        "hun er bange",
        "kl. 10.30",
        "3 børn",
        "mødet er den 24.",
        "§ 133",
        "1888",
        "112",
        "😀",
        "",
    ],
)
def test_small_talk_is_answered_plainly(words: str) -> None:
    assert looks(words) == PLAIN


@given(st.text(max_size=400))
@settings(max_examples=300, deadline=None)
def test_whatever_is_typed_gets_one_of_the_three(words: str) -> None:
    assert looks(words) in (PLAIN, IDENTIFYING, UNREAD)


def test_where_recognising_fails_the_strictest_answer_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpr, "is_valid", lambda _: 1 / 0)
    assert looks("0101901234") == UNREAD


def test_four_thousand_digits_do_not_hold_anybody_up() -> None:
    """No timed assertion: it ends."""
    chance = random.Random(1)
    for signs in (DIGITS, DIGITS + " -", "vej 1", "a@", "(at)."):
        looks("".join(chance.choice(signs) for _ in range(4096)))


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("photo", [{"file_id": "a", "file_unique_id": "a", "width": 1, "height": 1}], "photo"),
        ("voice", {"file_id": "a", "file_unique_id": "a", "duration": 1}, "voice"),
        ("contact", {"phone_number": "20123456", "first_name": "x"}, "contact"),
        ("location", {"longitude": 1.0, "latitude": 1.0}, "location"),
    ],
)
async def test_what_nobody_can_read_gets_the_strictest_answer(
    tmp_path: Path, field: str, value: object, code: str
) -> None:
    async with on_stage(tmp_path) as cast:
        update = wire.text(cast.anna.chat, "", cast.number())
        update["message"].pop("text")
        await cast.anna.send(update | {"message": update["message"] | {field: value}})
        said = cast.anna.screen
        assert "i dag til jeres databeskyttelsesrådgiver" in said, code
        assert said.startswith("Jeg har slettet det hos mig")


async def test_the_answer_fits_what_was_typed_and_says_nothing_of_it(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("hej")
        assert "Stod der et navn" in cast.anna.screen
        await cast.anna.say("010190-1234")
        assert "Det ligner noget" in cast.anna.screen and "0101" not in cast.anna.screen


def test_only_the_kind_of_the_words_leaves_the_transport() -> None:
    from telegram import Update

    raw = wire.text(7, "Mette, 010190-1234", 1) | {"update_id": 1}
    event = to_event(Update.de_json(raw, None))
    assert event is not None and event.code == IDENTIFYING and "1234" not in repr(event)
