"""The report in the chat, for coordinators: counted beside the presses and drawn by another process, then sent."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot import cards
from bot.house import House
from bot.model import Button, Event, Notice, Reply, Screen, Staff
from bot.post import Post, sent
from bot.reports import drawing, telling
from bot.reports.report import Place, Report, read, recent
from bot.reports.telling import Tell
from bot.storage import notices, people, traces

REPORT = "report"

log = logging.getLogger(__name__)


def ask(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """It comes as messages of its own, below the card, when it is ready."""
    notices.queue(c, REPORT, staff.id, REPORT, now)
    choices = (Button("0:report.means", house.phrases["report.means"]),)
    return cards.house_card(c, house, staff, "report.comes", now, choices=choices)


def means(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """What the figures say, and what they do not."""
    if staff.role != "coordinator" or event.argument != "means":
        return cards.resume(c, house, staff, event, now)
    first, *more = (f"report.{name}" for name in telling.MEANS)
    return cards.house_card(c, house, staff, first, now, event.message, more=tuple(more))


async def show(house: House, post: Post, notice: Notice, now: datetime) -> bool:
    """The picture with its five lines, and the units; in words alone where nothing can be drawn. False where nobody is
    to be told any more. Raises SendFailed."""
    staff = await house.db.run(lambda c: _reader(c, house, notice))
    if staff is not None:
        report = await house.db.read(lambda c: _made(c, house, now))
        tell = _tell(house, staff)
        await _say(house, post, notice, staff, report, tell, now)
        await _send(
            house, notice, staff, lambda: post.send(staff.chat, _words(telling.units(report, tell))), now
        )
    await house.db.run(lambda c: notices.drop(c, notice.id))
    return staff is not None


def _reader(c: Connection, house: House, notice: Notice) -> Staff | None:
    """None where she is no coordinator any more, or has hidden her screen meanwhile."""
    staff = people.by_id(c, house.cipher, notice.staff)
    if staff is None or staff.role != "coordinator" or cards.hidden(c, house, staff, staff.active):
        return None
    return replace(staff, language=house.words.usable(staff.language))


def _made(c: Connection, house: House, now: datetime) -> Report:
    place = Place({unit: house.places(unit, "da")["unit"] for unit in house.rules.units}, house.words.zone)
    return read(c, place, *recent(house.today(now)), now)


def _tell(house: House, staff: Staff) -> Tell:
    key_role = house.places(staff.unit, staff.language)["key_role"]
    return Tell(house.words, house.phrases, staff.language, key_role)


async def _say(
    house: House, post: Post, notice: Notice, staff: Staff, report: Report, tell: Tell, now: datetime
) -> None:
    told = [telling.heading(report, tell), *telling.lines(report, tell)]
    png = await _drawn(report, tell)
    words = _words([*told, tell.say("report.rounded")])
    if png is None:
        await _send(house, notice, staff, lambda: post.send(staff.chat, words), now)
    else:
        await _send(house, notice, staff, lambda: post.picture(staff.chat, png, words.text), now)


async def _drawn(report: Report, tell: Tell) -> bytes | None:
    """None where nothing here can draw: the figures are told all the same."""
    if not drawing.can_draw():
        return None
    try:
        return await drawing.png(drawing.drawing(report, tell))
    except (drawing.NotDrawn, OSError) as error:
        log.warning("event=report_not_drawn error=%s", type(error).__name__)
        return None


async def _send(
    house: House, notice: Notice, staff: Staff, deliver: Callable[[], Awaitable[int]], now: datetime
) -> None:
    """It stands for as long as a message may: it is meant to be read again, and passed on."""

    def noted(c: Connection, message: int) -> None:
        traces.keep(c, staff.id, message, now, traces.KEPT)

    await sent(house, staff, notice.id, deliver, noted)


def _words(lines: list[str]) -> Screen:
    return Screen("\n\n".join(lines), silent=True, protected=False)
