"""The checks have teeth: a sample of small faults in flows and guards, nearly all of which they must notice."""

import copy
import functools

from tests.mutants.behaviour import as_they_are, differs
from tests.mutants.files import files
from tests.mutants.judging import judge
from tests.mutants.making import mutants
from tests.mutants.mutant import Mutant, made
from tests.mutants.telling import Result, sample, survivors

COUNT, SEED = 20, 1  # `make mutants` takes them all
KINDS = {
    *("retarget", "drop a guard", "negate a guard", "drop a mark", "drop a line"),
    *("swap choices", "drop a choice", "remove a control"),
}


@functools.cache
def judged() -> tuple[Result, ...]:
    return tuple(
        (mutants()[number], judge(mutants()[number], thorough=False)) for number in sample(COUNT, SEED)
    )


def test_of_every_kind_there_are_many_mutants_and_no_two_are_the_same() -> None:
    kinds = [mutant.kind for mutant in mutants()]
    assert set(kinds) == KINDS
    assert all(kinds.count(kind) > 50 for kind in KINDS)
    assert len(mutants()) > 1000
    assert len({(mutant.kind, str(mutant)) for mutant in mutants()}) > 0.95 * len(mutants())


def test_flows_without_a_fault_behave_as_they_did() -> None:
    with made(Mutant("none", "detection", "nowhere", "nothing", change=lambda table: None)) as contents:
        assert not differs(contents.approved.flows, as_they_are())


def test_a_mutant_of_a_file_is_another_file() -> None:
    edits = [mutant for mutant in mutants() if mutant.change is not None]
    assert len(edits) > 1000
    for mutant in edits[::20]:
        assert mutant.change is not None
        table = copy.deepcopy(files()[mutant.file])
        mutant.change(table)
        assert table != files()[mutant.file], str(mutant)


def test_nearly_every_mutant_of_the_sample_that_changes_behaviour_is_caught() -> None:
    changing = [one for one in judged() if one[1].changes]
    assert len(changing) > COUNT / 2
    told = "\n".join(survivors(judged()))
    assert len(told.splitlines()) <= len(changing) * 0.05, told


def test_no_check_dies_of_a_mutant() -> None:
    assert [f"{mutant}: {one.crash}" for mutant, one in judged() if one.crash] == []
