"""Which units are in use, and of which of them it was not shown of late that a key person there can be reached; the one
judgement for whoever tells of it. Trying it is `probing.py`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.days import working_day_before
from bot.model import Staff
from bot.storage import routes

PROVEN_WITHIN = 3  # working days; each unit's way is tried on every one of them


@dataclass(frozen=True, slots=True)
class Ways:
    """Of units by their ids: those `in_use`, the `unproven` among them, and since when the others are known to be
    reached, None where there are none."""

    in_use: tuple[str, ...]
    unproven: tuple[str, ...]
    proven: datetime | None


def read(c: Connection, units: Iterable[str], staff: Sequence[Staff], zone: str, now: datetime) -> Ways:
    """`staff` is everybody; names need not be unsealed, since this is read every few seconds."""
    people_of = {one.unit for one in staff if one.role != "coordinator"}
    in_use = tuple(unit for unit in units if unit in people_of)
    worked = {unit: shown for unit, (_, shown) in routes.all_of(c).items() if unit in in_use and shown}
    here = ZoneInfo(zone)
    oldest = now.astimezone(here).date()
    for _ in range(PROVEN_WITHIN):
        oldest = working_day_before(oldest)
    proven = {unit: shown for unit, shown in worked.items() if shown.astimezone(here).date() >= oldest}
    unproven = tuple(unit for unit in in_use if unit not in proven)
    return Ways(in_use, unproven, min(proven.values(), default=None))
