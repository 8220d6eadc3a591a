"""No small number can be read or reckoned from what is published, by whoever knows every table and the rule itself."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reports.measures import MEASURES
from bot.reports.protect import SMALLEST, Sums, alone, part, protected

NAMES = "abcde"
SMALL = set(range(SMALLEST))
Published = tuple[object, ...]
# What is true, first that for which there is a place, and what is published of it.
Table = tuple[tuple[int, ...], Published]


@cache
def asked(counts: tuple[int, ...]) -> Sums:
    return protected(dict(zip(NAMES, counts, strict=False)))


def published(sums: Sums) -> Published:
    return (*sums.parts.values(), sums.total)


def units(number: int, most: int) -> Iterator[Table]:
    """Every table that there can be, and what is published of it."""
    for counts in product(range(most + 1), repeat=number):
        yield counts, published(asked(counts))


def with_a_part(number: int, most: int) -> Iterator[Table]:
    """Of whoever was asked some have told; of no unit it is said how many."""
    pairs = [(whole, one) for whole in range(most + 1) for one in range(whole + 1)]
    for counts in product(pairs, repeat=number):
        wholes, parts = zip(*counts, strict=True)
        told = part(sum(parts), asked(wholes))
        yield (*wholes, sum(parts), *parts), (*asked(wholes).parts.values(), told.total, asked(wholes).total)


def with_two_parts(number: int, most: int) -> Iterator[Table]:
    """Some have told, others said no, and nobody did both; beside them a part of those who have told."""
    of_a_unit = [(a, b, c) for a in range(most + 1) for b in range(a + 1) for c in range(a - b + 1)]
    for counts in product(of_a_unit, repeat=number):
        wholes, told, said_no = zip(*counts, strict=True)
        around = asked(wholes)
        first = part(sum(told), around)
        second = part(sum(said_no), around, first.total or 0)
        seen = (*around.parts.values(), first.total, second.total, around.total)
        yield (*wholes, sum(told), sum(said_no), *told, *said_no), seen


@pytest.mark.parametrize(
    ("tables", "cells", "number", "most"),
    [
        (units(2, 24), 2, 2, 24),
        (units(3, 24), 3, 3, 24),
        (units(4, 14), 4, 4, 14),
        (with_a_part(2, 24), 3, 2, 24),
        (with_a_part(3, 9), 4, 3, 9),
        (with_two_parts(2, 14), 4, 2, 14),
    ],
    ids=[
        "two units", "three units", "four units", "a part, two units", "a part, three units", "two parts, two units",
    ],
)  # fmt: skip
def test_whoever_knows_the_rule_still_takes_every_number_under_five_for_possible(
    tables: Iterator[Table], cells: int, number: int, most: int
) -> None:
    """Every table there can be is published; those that look the same are what a reader must choose between."""
    assert looked_at(tables, cells, number, most) >= 6


def looked_at(tables: Iterable[Table], cells: int, number: int, most: int) -> int:
    """How many hidden numbers there are. AssertionError where one of them cannot be every small number, or where one
    for which there is no place can only be one from 1 to 4."""
    alike: dict[Published, list[Sequence[int]]] = defaultdict(list)
    for counts, seen in tables:
        alike[seen].append(counts)
    looked = 0
    for seen, possible in alike.items():
        if at_most(seen[:number], seen[-1]) > most:
            continue  # larger tables look the same, and were not made
        for place in range(len(possible[0])):
            found = {counts[place] for counts in possible}
            if place >= cells:
                assert 0 in found or found - SMALL, (seen, place, found)
            elif seen[place] is None:
                looked += 1
                assert found >= SMALL, (seen, place, found)
    return looked


def at_most(parts: Sequence[object], total: object) -> int:
    """The largest that any part can be, by what is published."""
    shown = [one for one in parts if isinstance(one, int)]
    if shown:
        return max(shown) + SMALLEST - 1  # the one that is hidden beside a small one came before these
    return (total if isinstance(total, int) and len(parts) == 2 else 0) + SMALLEST - 1


def test_no_figure_counts_those_who_are_in_two_others() -> None:
    """Of six who were asked, five of them as routine, five have told: four at least told when asked as routine."""
    codes = [one.code for one in MEASURES]
    assert {"asked_routine", "identified"} <= set(codes)
    assert "identified_routine" not in codes and "asked_concern" not in codes


def test_what_excludes_another_leaves_it_room_in_the_sum_around_both() -> None:
    around = asked((4, 4, 4, 4, 19))
    assert (around.total, around.room) == (30, 31)
    assert part(20, around).total == 20 and part(35, around).total == 30
    assert part(15, around, beside=20).total == 10, "both together would tell that each of the four was asked"


COUNTS = st.lists(st.integers(0, 400), min_size=1, max_size=12)


@given(COUNTS)
def test_what_is_shown_is_a_multiple_of_five_and_never_more_than_is_true(counts: list[int]) -> None:
    parts = {str(place): count for place, count in enumerate(counts)}
    sums = protected(parts)
    for name, shown in sums.parts.items():
        assert shown is None or (
            shown % SMALLEST == 0 and SMALLEST <= shown <= parts[name] < shown + SMALLEST
        )
    assert sums.total is None or (sums.total % SMALLEST == 0 and SMALLEST <= sums.total <= sum(counts))


@given(COUNTS)
def test_no_difference_of_two_published_numbers_is_a_small_number(counts: list[int]) -> None:
    sums = protected({str(place): count for place, count in enumerate(counts)})
    shown = [one for one in (*sums.parts.values(), sums.total) if one is not None]
    left = (
        []
        if sums.total is None
        else [sums.total - sum(one for one in sums.parts.values() if one is not None)]
    )
    for difference in (*left, *(abs(one - other) for one in shown for other in shown)):
        assert difference <= 0 or difference >= SMALLEST


@given(COUNTS)
def test_one_part_alone_is_never_hidden(counts: list[int]) -> None:
    sums = protected({str(place): count for place, count in enumerate(counts)})
    hidden = [one for one in sums.parts.values() if one is None]
    assert len(hidden) != 1 or len(counts) == 1


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=5))
def test_a_part_is_never_shown_as_more_than_the_whole(counts: list[tuple[int, int]]) -> None:
    around = asked(tuple(max(pair) for pair in counts))
    told = part(sum(min(pair) for pair in counts), around).total
    assert told is None or (around.total is not None and told <= around.total)


def test_a_single_unit_is_shown_as_the_whole() -> None:
    assert protected({"a": 23}) == Sums({"a": 20}, 20)
    assert protected({"a": 4}) == Sums({"a": None}, None)


@pytest.mark.parametrize(("count", "shown"), [(0, None), (4, None), (5, 5), (9, 5), (10, 10), (1004, 1000)])
def test_a_number_that_stands_alone_is_rounded_down_or_hidden(count: int, shown: int | None) -> None:
    assert alone(count) == shown
