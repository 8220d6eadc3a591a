"""The table of what the sources ask for: every name in it is content that is really there, and no requirement and no
card of the library is left out."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.flows.loader import load
from bot.municipality import EXAMPLE

TABLE = (Path(__file__).parent.parent / "docs" / "coverage.md").read_text("utf-8")
CONTENT = load(unverified=True)
REQUIREMENTS = range(1, 123)
NAMES_AT_MOST = 4
WORDS_AT_MOST = 12


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    subject: str
    names: tuple[str, ...]
    left: str


def names_in(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"`([^`]*)`", text))


def rows(text: str) -> list[Row]:
    found = re.findall(r"^\| S(\d+): ([^|]+) \| (-|`[^|]+`) \|([^|]*)\|$", text, re.M)
    return [
        Row(int(number), subject, names_in(where), left.strip()) for number, subject, where, left in found
    ]


def listed(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"^- S(\d+): \S", text, re.M)]


def beyond(text: str) -> list[str]:
    """The cards of the last list, each with a section of the domain facts."""
    return re.findall(r"^- `card:(\w+)`: [B-H]\d+(?:, [B-H]\d+)*$", text, re.M)


def settings(file: str) -> set[str]:
    """Top-level keys and tables of a municipality's file, also of what it only shows how to write, behind a `#`."""
    tables = re.findall(r"^(?:# )?\[+([a-z_.]+)\]+$", file, re.M)
    return {*tomllib.loads(file), *tables}


def everything() -> set[str]:
    """Every name that the table may use."""
    flows = CONTENT.flows
    return {
        *(f"card:{name}" for name in CONTENT.library.cards),
        *(f"state:{flow}.{name}" for flow in flows for name in flows[flow].states),
        *(f"view:{flow}.{name}" for flow in flows for name in flows[flow].views),
        *(f"situation:{one.id}" for one in CONTENT.situations.values()),
        *(f"setting:{name}" for name in settings(EXAMPLE.read_text("utf-8"))),
    }


def mistakes(text: str) -> Iterator[str]:
    known = everything()
    yield from (f"{name}: is not in the content" for name in names_in(text) if name not in known)
    count = Counter([row.number for row in rows(text)] + listed(text))
    for number in sorted({*REQUIREMENTS, *count}):
        if count[number] != 1 or number not in REQUIREMENTS:
            yield f"S{number}: stands {count[number]} times"
    started = len(re.findall(r"^\| S\d", text, re.M))
    if started != len(rows(text)):
        yield f"{started - len(rows(text))} rows cannot be read"
    for row in rows(text):
        if not row.names and not row.left:
            yield f"S{row.number}: names nothing and does not say what is left"
        if len(row.names) > NAMES_AT_MOST or len(row.subject.split()) > WORDS_AT_MOST:
            yield f"S{row.number}: is too long"
    served = {name for row in rows(text) for name in row.names}
    for card in CONTENT.library.cards:
        if (f"card:{card}" in served) + beyond(text).count(card) != 1:
            yield f"card:{card}: must serve a requirement, or stand among the cards beyond them"


def test_the_table_names_only_what_is_there_and_leaves_nothing_out() -> None:
    assert list(mistakes(TABLE)) == []
    assert len(rows(TABLE)) + len(listed(TABLE)) == len(REQUIREMENTS)


def test_every_kind_of_name_is_used() -> None:
    kinds = {name.partition(":")[0] for row in rows(TABLE) for name in row.names}
    assert kinds == {"card", "state", "view", "situation", "setting"}


def test_a_table_of_the_municipality_counts_also_where_the_example_only_shows_it() -> None:
    names = settings(EXAMPLE.read_text("utf-8"))
    assert {"offer", "timezone", "links.preparedness_plan", "specialists"} <= names
    assert "key_phone" not in names


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ("`card:losing`", "`card:loosing`", "card:loosing: is not in the content"),
        (
            "`state:referral.review`",
            "`state:detection.review`",
            "state:detection.review: is not in the content",
        ),
        ("`view:detection.ask`", "`view:detection.asks`", "view:detection.asks: is not in the content"),
        ("`situation:child-only`", "`situation:child`", "situation:child: is not in the content"),
        ("`setting:unit`", "`setting:units`", "setting:units: is not in the content"),
        ("| S18: how", "| S18 how", "1 rows cannot be read"),
        ("`view:detection.honour` `card:sexual`", "`card:sexual` card", "1 rows cannot be read"),
        ("| S18: ", "| S17: ", "S18: stands 0 times"),
        ("| S18: ", "| S17: ", "S17: stands 2 times"),
        ("- S122: ", "- S123: ", "S123: stands 1 times"),
        ("- S2: ", "- S1: ", "S1: stands 2 times"),
        (
            "| - | a safety plan for children is not told of |",
            "| - | |",
            "S87: names nothing and does not say what is left",
        ),
        ("- `card:online`: D10\n", "", "card:online: must serve a requirement"),
        ("- `card:online`: D10\n", "- `card:online`: D10\n- `card:tells`: D4\n", "card:tells: must serve"),
    ],
)
def test_the_check_notices(written: str, instead: str, told: str) -> None:
    assert written in TABLE
    problems = list(mistakes(TABLE.replace(written, instead)))
    assert [one for one in problems if told in one] != []
