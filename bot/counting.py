"""What the running bot counts of its own work: plain numbers under closed codes, nobody's; it shows them to nobody."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

UPDATES = ("press", "command", "typed", "blocked", "unblocked")
KINDS = (
    *("referral", "duty_open", "status", "failed", "probe", "nowhere", "duty_unit", "review", "copy"),
    *("lapsing", "menu", "fresh", "report"),
)
RESULTS = ("sent", "later", "refused", "blocked")
# A hand-over whose time has passed: more were asked, or nobody is left to ask.
ESCALATIONS = ("asked_more", "nobody_left")
SWEEPS = ("clock", "expire", "rounds", "lapse", "terms", "routes", "offers", "blank", "purge", "wipe")
WORKS = (*SWEEPS, "outbox", "delivery")
BUCKETS = (0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)  # seconds


@dataclass(frozen=True, slots=True)
class Counts:
    """Since the start. `spent` counts updates by the bucket their time falls in, the last one being whatever took
    longer; `seconds` is all of that time."""

    updates: Counter[str] = field(default_factory=Counter)
    deliveries: Counter[tuple[str, str]] = field(default_factory=Counter)
    escalations: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    spent: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    seconds: list[float] = field(default_factory=lambda: [0.0])

    def took(self, seconds: float) -> None:
        """Our own share of one update: from its receipt to the commit."""
        self.spent[bisect_left(BUCKETS, seconds)] += 1
        self.seconds[0] += seconds


@dataclass(frozen=True, slots=True)
class Vitals:
    """How the rows stand at a moment: what should have gone or been deleted and since when, messages whose number may
    be lost, hand-overs that nobody is left to ask about, units that cannot be reached now, and those whose way was not
    shown to work of late; `proven` is when that was last shown of all others."""

    at: datetime
    due: int
    due_since: datetime | None
    ahead: int
    overdue: int
    overdue_since: datetime | None
    lost: int
    nobody_left: int
    unreached: tuple[str, ...]
    unproven: tuple[str, ...]
    proven: datetime | None

    def age(self, since: datetime | None) -> float:
        """In seconds; 0 where there is nothing."""
        return max(0.0, (self.at - since).total_seconds()) if since else 0.0
