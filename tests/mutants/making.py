"""Every fault that is tried, one small change each and always the same ones; nothing is run here."""

import random
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise

from bot.flows.guards import GUARDS
from bot.model import Guard
from tests.mutants.behaviour import controls
from tests.mutants.files import Change, Path_, Table, at, files, flow_of, many, states_of, tables
from tests.mutants.mutant import Mutant, negated

LEADS = ("start", "to", "then", "as_state")  # the keys that name a card to go to, or to show
OWN = ("sets", "does", "opens")  # what an answer does beside being an answer


@cache
def mutants() -> tuple[Mutant, ...]:
    found: list[Mutant] = []
    for file, table in files().items():
        for path, inner in tables(table):
            found += _of_table(file, path, inner)
    found += (
        Mutant("negate a guard", "guards", name, "says the opposite", guards={name: negated(guard)})
        for name, guard in GUARDS.items()
    )
    found += (
        Mutant("remove a control", "engine", f"{flow} {card}", f"offers no {control}", None, {}, one)
        for one in controls()
        for flow, card, control in [one]
    )
    return tuple(found)


def _of_table(file: str, path: Path_, table: Table) -> Iterator[Mutant]:
    yield from _retargeted(file, path, table)
    yield from _guards(file, path, table)
    yield from _marks(file, path, table)
    yield from _choices(file, path, table)
    yield from _removed(file, path, table)


# --- 1: somewhere else -------------------------------------------------------------------------------


def _retargeted(file: str, path: Path_, table: Table) -> Iterator[Mutant]:
    if path == ("flow",) or not flow_of(file):
        return
    for key in LEADS:
        if isinstance(table.get(key), str):
            for other in _others(file, path, table[key]):
                what = f"{key} = {other} instead of {table[key]}"
                yield _mutant("retarget", file, path, what, _put(path, key, other))
    for number, choice in enumerate(table.get("choices", ())):
        if "to" not in choice and not table.get("many") and path[0] == "state":
            here = (*path, "choices", number)
            other = _others(file, here, str(path[1]))[1]
            yield _mutant("retarget", file, here, f"to = {other} of its own", _put(here, "to", other))
    for number, way in enumerate(table.get("then", ())):
        if isinstance(way, dict) and "when" in way:
            here = (*path, "then")
            yield _mutant("retarget", file, here, f"no way to {way['to']}", _dropped(here, number))


def _others(file: str, path: Path_, target: str) -> Sequence[str]:
    """The next state in the file's order, and one by chance that is always the same."""
    names = list(states_of(flow_of(file)))
    after = names[(names.index(target) + 1) % len(names)]
    chance = random.Random(f"{file} {path}")
    return after, chance.choice([name for name in names if name not in (target, after)])


# --- 2 and 3: guards ---------------------------------------------------------------------------------


def _guards(file: str, path: Path_, table: Table) -> Iterator[Mutant]:
    names = many(table.get("when", ()))
    for number, name in enumerate(names):
        left = [*names[:number], *names[number + 1 :]]
        yield _mutant("drop a guard", file, path, f"not only when {name}", _put(path, "when", left))
        other = f"not {name}"
        turned = [*names[:number], other, *names[number + 1 :]]
        guards = {other: negated(GUARDS[name])}
        yield _mutant("negate a guard", file, path, other, _put(path, "when", turned), guards)


# --- 4: marks ----------------------------------------------------------------------------------------


def _marks(file: str, path: Path_, table: Table) -> Iterator[Mutant]:
    names = many(table.get("marks", ()))
    for name in names:
        left = [each for each in names if each != name]
        yield _mutant("drop a mark", file, path, f"not marked {name}", _put(path, "marks", left))


# --- 5: choices --------------------------------------------------------------------------------------


def _choices(file: str, path: Path_, table: Table) -> Iterator[Mutant]:
    choices = table.get("choices", ())
    here = (*path, "choices")
    for number, (one, other) in enumerate(pairwise(choices)):
        pair = f"{one['key']} and {other['key']}"
        if one["key"] != other["key"]:
            yield _mutant("swap choices", file, path, f"keys of {pair}", _swapped(here, number, "key"))
        if one.get("to") != other.get("to"):
            yield _mutant("swap choices", file, path, f"targets of {pair}", _swapped(here, number, "to"))
    for number, choice in enumerate(choices):
        yield _mutant("drop a choice", file, path, f"no {choice['key']}", _dropped(here, number))
        for key in OWN:
            if key in choice:
                what = f"{choice['key']} has no {key}"
                yield _mutant("drop a choice", file, path, what, _without((*here, number), key))


# --- 6: what is shown and offered --------------------------------------------------------------------


def _removed(file: str, path: Path_, table: Table) -> Iterator[Mutant]:
    for key in (key for key in ("moves", "aloud") if key in table):
        if path[0] in ("state", "view") and len(path) == 2:
            kind = "remove a control" if key == "moves" else "drop a line"
            yield _mutant(kind, file, path, f"no {key}", _without(path, key))
    if path == ("controls",) or path == ("view",):
        for name in table:
            yield _mutant("remove a control", file, (*path, name), "is not there", _without(path, name))
    for kind in ("line", "why"):
        for number, line in enumerate(table.get(kind, ())):
            if isinstance(line, dict) and _matters(line):
                here = (*path, kind)
                yield _mutant("drop a line", file, (*here, number), "is not there", _dropped(here, number))
    if isinstance(table.get("aloud"), str) and path[0] != "view":
        yield _mutant("drop a line", file, path, "is not said aloud", _not_aloud(path))


def _matters(line: Table) -> bool:
    """It carries a mark, or is for the citizen's ears, itself or by the text it uses."""
    named = [
        table["text"][line["use"]] for table in files().values() if line.get("use") in table.get("text", ())
    ]
    return any("marks" in each or "aloud" in each for each in (line, *named))


# --- changes -----------------------------------------------------------------------------------------


def _mutant(
    kind: str, file: str, path: Path_, what: str, change: Change, guards: Mapping[str, Guard] | None = None
) -> Mutant:
    where = " ".join(str(step) for step in path[1:]) or str(path[0])
    return Mutant(kind, file, where, what, change, guards or {})


def _put(path: Path_, key: str, value: object) -> Change:
    def change(table: Table) -> None:
        at(table, path)[key] = value

    return change


def _without(path: Path_, key: str) -> Change:
    def change(table: Table) -> None:
        del at(table, path)[key]

    return change


def _dropped(path: Path_, number: int) -> Change:
    def change(table: Table) -> None:
        del at(table, path)[number]

    return change


def _swapped(path: Path_, number: int, key: str) -> Change:
    """Two neighbours change what stands under a key; where it stands under neither or one, so does it after."""

    def change(table: Table) -> None:
        one, other = at(table, path)[number : number + 2]
        mine, yours = one.pop(key, None), other.pop(key, None)
        one |= {} if yours is None else {key: yours}
        other |= {} if mine is None else {key: mine}

    return change


def _not_aloud(path: Path_) -> Change:
    def change(table: Table) -> None:
        line = at(table, path)
        line["say"] = line.pop("aloud")

    return change
