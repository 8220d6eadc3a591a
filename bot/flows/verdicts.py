"""What is found about flows: what is broken and by which conversation, how far was walked, what holds."""

from dataclasses import dataclass, field

from bot.flows.properties.demands import Property
from bot.flows.trying import Codes
from bot.model import Answers


@dataclass(frozen=True, slots=True)
class Broken:
    """A counterexample: the presses from the entry on, and what is wrong after them. Without presses it is seen by
    looking at the flow, or, with `answers`, in what follows from them."""

    code: str
    flow: str
    why: str
    codes: Codes = ()
    where: str = ""
    answers: Answers = field(default_factory=dict)


class Enough(Exception):
    """Something is broken, and nobody asked what else is."""


@dataclass(slots=True)
class Verdict:
    """One property over all flows. `looks` counts where it was asked: a property that was never asked is no pass.
    `tried` counts the cases of its rules about derived codes, which prove nothing of the flows."""

    of: Property
    looks: int = 0
    tried: int = 0
    seconds: float = 0.0
    broken: Broken | None = None

    @property
    def passed(self) -> bool:
        return self.broken is None and self.looks > 0

    stops: bool = False

    def found(self, broken: Broken) -> None:
        """Of several the shortest is kept."""
        if self.broken is None or len(broken.codes) < len(self.broken.codes):
            self.broken = broken
        if self.stops:
            raise Enough


@dataclass(frozen=True, slots=True)
class End:
    name: str
    shortest: int
    longest: int


@dataclass(frozen=True, slots=True)
class Walked:
    """A flow as it was explored."""

    name: str
    states: int
    pairs: int
    presses: int
    conversations: int
    ends: tuple[End, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Report:
    walked: tuple[Walked, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def passed(self) -> bool:
        return all(verdict.passed for verdict in self.verdicts)
