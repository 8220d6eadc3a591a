"""The small faults by which the checks are tried are many and real, and are caught; `make mutants` tries them all."""

import copy

from tests.mutants.behaviour import as_they_are, differs
from tests.mutants.files import files
from tests.mutants.judging import judge
from tests.mutants.making import mutants
from tests.mutants.mutant import Mutant, made
from tests.mutants.telling import HARMLESS, sample

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


def test_of_a_sample_at_least_ninety_five_in_a_hundred_are_caught_and_the_others_are_known_as_harmless() -> (
    None
):
    judged = [(mutants()[number], judge(mutants()[number], thorough=False)) for number in sample(40, seed=3)]
    changing = [(mutant, one) for mutant, one in judged if one.changes]
    survived = [str(mutant) for mutant, one in changing if not one.caught]
    assert len(changing) > 30
    assert len(survived) <= 0.05 * len(changing), survived
    assert set(survived) <= HARMLESS.keys()


def test_what_is_called_harmless_is_still_there_to_be_tried() -> None:
    assert HARMLESS.keys() <= {str(mutant) for mutant in mutants()}
