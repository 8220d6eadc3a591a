"""The small faults by which the checks are tried are many and real; `make mutants` tries them all, which takes long."""

import copy

from tests.mutants.behaviour import as_they_are, differs
from tests.mutants.files import files
from tests.mutants.making import mutants
from tests.mutants.mutant import Mutant, made

KINDS = {
    *("retarget", "drop a guard", "negate a guard", "drop a mark", "drop a line"),
    *("swap choices", "drop a choice", "remove a control"),
}


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
