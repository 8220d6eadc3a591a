"""One fault: what is changed, where, and how to make it; who notices is the judge's."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from bot import controls
from bot.flows.guards import GUARDS
from bot.flows.loader import Content, load
from bot.model import Flow, Guard, Session
from tests.mutants.files import Change, files, flow_of, write


@dataclass(frozen=True, slots=True)
class Mutant:
    """`change` edits a file's data; `guards` are put beside the house's own, or in their place, while loading;
    `without` is a control that one card does not offer: (flow, state or /view, control)."""

    kind: str
    file: str
    where: str
    what: str
    change: Change | None = None
    guards: Mapping[str, Guard] = field(default_factory=dict)
    without: tuple[str, str, str] | None = None

    def __str__(self) -> str:
        return f"{self.file}: {self.where}: {self.what}"

    @property
    def flows(self) -> frozenset[str]:
        """Those that it can make any difference to."""
        if self.without is not None:
            return frozenset({self.without[0]})
        own = flow_of(self.file) if self.file in files() else ""
        every = frozenset(name for name, table in files().items() if not table["flow"].get("part"))
        return frozenset({own}) if own else every


@dataclass(frozen=True, slots=True)
class Made:
    """The flows with the fault in them: as a municipality sees them that has approved every text, and as others do."""

    approved: Content
    verified: Content


@contextmanager
def made(mutant: Mutant) -> Iterator[Made]:
    """Raises what the loader raises. The fault is gone afterwards."""
    known, offered = dict(GUARDS), controls.offered
    GUARDS.update(mutant.guards)
    try:
        with TemporaryDirectory() as directory:
            write(Path(directory), mutant.file, mutant.change)
            contents = Made(load(Path(directory), unverified=True), load(Path(directory)))
        if mutant.without is not None:
            controls.offered = _leaving_out(*mutant.without)  # type: ignore[assignment]
        yield contents
    finally:
        controls.offered = offered
        GUARDS.clear()
        GUARDS.update(known)


_offered = controls.offered


def _leaving_out(flow: str, where: str, control: str) -> Callable[[Flow, Session], tuple[str, ...]]:
    def fewer(of: Flow, session: Session) -> tuple[str, ...]:
        here = f"/{session.view}" if session.view else session.state
        offered = _offered(of, session)
        if (of.name, here) != (flow, where):
            return offered
        return tuple(each for each in offered if each != control)

    return fewer


def negated(guard: Guard) -> Guard:
    return Guard(f"not {guard.name}", guard.reads, lambda answers: not guard(answers))
