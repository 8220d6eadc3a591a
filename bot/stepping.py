"""Notices that the machine's clock was set back, and has what waits wait no longer for it; it moves no clock."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import asking
from bot.house import House
from bot.storage import rewinding

NOTICED = timedelta(minutes=1)  # less harms nobody, and two machines' clocks may differ by it

log = logging.getLogger(__name__)


def look(c: Connection, house: House, now: datetime) -> timedelta:
    """By how much it was set back; nothing where the newest row is not in the future."""
    by = rewinding.ahead(c, now)
    if by < NOTICED:
        return timedelta()
    log.warning(
        "event=clock_set_back seconds=%d meaning='what waits is moved back with it'", by.total_seconds()
    )
    for reference in rewinding.rewind(c, now, by):
        asking.wind(c, house, reference)
    house.wake()
    return by
