"""No small number can be read or reckoned from what is published, by whoever knows every table and the rule itself."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reports.measures import MEASURES
from bot.reports.protect import SMALLEST, Sums, alone, protected, whole

NAMES = "abcd"
Published = tuple[object, ...]
Table = tuple[tuple[int, ...], Published]


def published(sums: Sums) -> Published:
    """What a reader sees: not which two are a pair."""
    return (*sums.parts.values(), sums.total)


def one_measure(units: int, most: int, least: int = 0) -> Iterator[Table]:
    """Every table that there can be, and what is published of it."""
    for counts in product(range(least, most + 1), repeat=units):
        yield counts, published(protected(dict(zip(NAMES, counts, strict=False)), at_least=least))


def two_measures(units: int, most: int, least: int = 0) -> Iterator[Table]:
    """The second is a part of the first, unit by unit."""
    pairs = [(part, whole) for whole in range(least, most + 1) for part in range(whole + 1)]
    for counts in product(pairs, repeat=units):
        parts, wholes = zip(*counts, strict=True)
        above = protected(dict(zip(NAMES, wholes, strict=False)), at_least=least)
        below = protected(dict(zip(NAMES, parts, strict=False)), above)
        yield (*parts, *wholes), (*below.parts.values(), *above.parts.values(), above.total, below.total)


@cache
def pair_of(one: int, other: int, around: tuple[int, int] | None = None) -> Sums:
    return protected({"a": one, "b": other}, pair_of(*around) if around else None)


def two_parts_of_one(most: int) -> Iterator[Table]:
    """Those who have told and those who said no are both parts of the asked, and nobody is both; of the second, units
    are not told."""
    of_a_unit = [(a, b, c) for a in range(most + 1) for b in range(a + 1) for c in range(a - b + 1)]
    for one, other in product(of_a_unit, repeat=2):
        asked, told, said_no = zip(one, other, strict=True)
        above, below = pair_of(*asked), pair_of(*told, asked)
        beside = whole(sum(said_no), above)
        seen = (*below.parts.values(), below.total, beside.total, *published(above))
        yield (*told, sum(told), sum(said_no), *asked), seen


@pytest.mark.parametrize(
    ("tables", "cells", "most"),
    [
        (one_measure(2, 24), 2, 24),
        (one_measure(3, 24), 3, 24),
        (one_measure(4, 14), 4, 14),
        (two_measures(2, 24), 4, 24),
        (two_measures(3, 9), 6, 9),
        (two_measures(2, 24, least=1), 2, 24),
        (two_measures(3, 9, least=1), 3, 9),
        (two_parts_of_one(14), 4, 14),
    ],
    ids=[
        "two units", "three units", "four units", "two measures, two units", "two measures, three units",
        "two measures of two units in use", "two measures of three units in use", "two parts of one measure",
    ],
)  # fmt: skip
def test_whoever_knows_the_rule_still_takes_every_number_under_five_for_possible(
    tables: Iterator[Table], cells: int, most: int
) -> None:
    """Every table there can be is published; those that look the same are what a reader must choose between."""
    assert looked_at(tables, cells, most, set(range(SMALLEST))) >= 6


@pytest.mark.parametrize(
    ("tables", "cells", "most"),
    [(one_measure(2, 24, 1), 2, 24), (one_measure(3, 24, 1), 3, 24), (one_measure(4, 14, 1), 4, 14)],
)
def test_of_a_unit_that_was_in_use_every_number_from_one_to_four_stays_possible(
    tables: Iterator[Table], cells: int, most: int
) -> None:
    """That it had a conversation at all is told by its having a part."""
    assert looked_at(tables, cells, most, set(range(1, SMALLEST))) >= 4


def looked_at(tables: Iterable[Table], cells: int, most: int, small: set[int]) -> int:
    """How many hidden cells there are; AssertionError where one of them cannot be every small number."""
    alike: dict[Published, list[Sequence[int]]] = defaultdict(list)
    for counts, seen in tables:
        alike[seen].append(counts)
    looked = 0
    for seen, possible in alike.items():
        if max(max(counts[:cells]) for counts in possible) > most - SMALLEST:
            continue  # larger tables would look the same, and were not made
        if not any(seen):
            continue  # nothing is published, not even of the whole: fewer than five, and that is meant to be told
        for place in range(cells):
            if seen[place] is None:
                looked += 1
                assert {counts[place] for counts in possible} >= small, (seen, place)
    return looked


def told_or_asked(codes: Sequence[str]) -> Iterator[Table]:
    """One unit, beside one of which less is known: whoever told by herself has told, and is asked neither as routine
    nor because of concern."""
    of_the_unit = [one for one in product(range(5), range(20), range(20)) if sum(one) < 20]
    for told, routine, concern in of_the_unit:
        for others, more in product(range(5, 31), range(10)):
            asked = (told + routine + concern, 200 + more)
            parts = {
                "identified": (told, others),
                "asked_routine": (routine, 80),
                "asked_concern": (concern, 80),
            }
            seen = {code: pair_of(*counts, asked) for code, counts in parts.items() if code in codes}
            shown = (cell for sums in seen.values() for cell in published(sums))
            yield (told,), (*published(seen["identified"]), *published(pair_of(*asked)), *shown)


def test_nobody_can_reckon_how_many_have_told_from_how_the_others_were_asked() -> None:
    codes = [one.code for one in MEASURES]
    assert looked_at(told_or_asked(codes), 1, 9, set(range(SMALLEST))) >= 6
    with pytest.raises(AssertionError):  # as it was, when those asked because of concern were told too
        looked_at(told_or_asked([*codes, "asked_concern"]), 1, 9, set(range(SMALLEST)))


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


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=6))
def test_a_part_is_never_shown_as_more_than_the_whole_and_what_is_hidden_stays_hidden(
    counts: list[tuple[int, int]],
) -> None:
    wholes = {str(place): max(pair) for place, pair in enumerate(counts)}
    parts = {str(place): min(pair) for place, pair in enumerate(counts)}
    above = protected(wholes)
    below = protected(parts, above)
    for name, shown in (*below.parts.items(), ("all", below.total)):
        whole = above.total if name == "all" else above.parts[name]
        assert shown is None or (whole is not None and shown <= whole)


def test_a_single_unit_is_shown_as_the_whole() -> None:
    assert protected({"a": 23}) == Sums({"a": 20}, 20)
    assert protected({"a": 4}) == Sums({"a": None}, None)


@pytest.mark.parametrize(("count", "shown"), [(0, None), (4, None), (5, 5), (9, 5), (10, 10), (1004, 1000)])
def test_a_number_that_stands_alone_is_rounded_down_or_hidden(count: int, shown: int | None) -> None:
    assert alone(count) == shown


@pytest.mark.parametrize(
    ("wholes", "parts", "total"),
    [((2, 80, 90), (0, 60, 6), 65), ((2, 100, 200), (0, 90, 5), 95), ((60, 150, 70, 2), (30, 6, 40, 0), 75)],
)
def test_a_large_part_that_is_hidden_in_what_it_is_in_pulls_no_sum_down(
    wholes: tuple[int, ...], parts: tuple[int, ...], total: int
) -> None:
    above = protected(dict(zip(NAMES, wholes, strict=False)))
    assert protected(dict(zip(NAMES, parts, strict=False)), above).total == total
