"""The report in the chat, for coordinators: counted beside the presses and drawn by another process, then sent."""

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from bot import cards
from bot.errors import NotDrawn, SendFailed
from bot.house import House
from bot.model import Button, Event, Notice, Reply, Screen, Staff
from bot.post import LEASE as UNTIL_SENT
from bot.post import Post, sent
from bot.reports import drawing, fitting, telling
from bot.reports.report import Place, Report, read, recent
from bot.reports.telling import Tell
from bot.storage import notices, people, traces

REPORT = "report"  # the kind of its notices, and the reference of the first: one for each message that is to be sent
LONGEST = 60.0  # seconds for making one: its turn has come, its figures are read, its picture is drawn
LEASE = timedelta(minutes=2)  # longer than that, and than the first message may take to be sent

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Made:
    """What is still to be sent: `messages` by their numbers, from 0, which goes with the picture
    if there is one."""

    messages: dict[int, str]
    picture: bytes | None


def ask(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """It comes as messages of its own, below the card, when it is ready; once, however often it is asked for until
    then."""
    if not any(notice.due for notice in notices.to(c, staff.id) if notice.kind == REPORT):
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
    """The picture with its lines, and the units; in words alone where there is no picture. All of it is made before any
    is sent, and each message that was sent is left out of the next try. False where nobody is to be told any more.
    Raises SendFailed, TimeoutError."""
    async with asyncio.timeout(LONGEST), house.making:
        staff = await house.db.run(lambda c: _reader(c, house, notice))
        if staff is None:
            return False
        made = await _made(house, staff, _number(notice), now)
    for number in made.messages:
        staff = await house.db.run(partial(_reader, house=house, notice=notice))
        if staff is None:
            return number > min(made.messages)
        notice = await _send(house, post, notice, staff, made, number)
    if not made.messages:  # there are fewer than when the last was sent
        await house.db.run(lambda c: notices.drop(c, notice))
    return bool(made.messages)


def _reader(c: Connection, house: House, notice: Notice) -> Staff | None:
    """None where another try has the notice by now. Where she is no coordinator any more, or has hidden her screen, it
    is dropped."""
    if notice.due is None or notices.claim(c, notice, notice.due) is None:
        return None
    staff = people.by_id(c, house.cipher, notice.staff)
    if staff is None or staff.role != "coordinator" or cards.hidden(c, house, staff, staff.active):
        notices.drop(c, notice)
        return None
    return replace(staff, language=house.words.usable(staff.language))


def _number(notice: Notice) -> int:
    return int(notice.reference.removeprefix(REPORT) or 0)


# --- made -----------------------------------------------------------------------------------------------


async def _made(house: House, staff: Staff, first: int, now: datetime) -> Made:
    report = await house.db.read(lambda c: _read(c, house, now))
    tell = _tell(house, staff)
    told = [telling.heading(report, tell), *telling.lines(report, tell), tell.say("report.rounded")]
    messages = [*fitting.fitted(told, fitting.CAPTION), *fitting.fitted(telling.units(report, tell))]
    picture = await _drawn(report, tell) if first == 0 else None
    return Made({number: said for number, said in enumerate(messages) if number >= first}, picture)


def _read(c: Connection, house: House, now: datetime) -> Report:
    place = Place({unit: house.places(unit, "da")["unit"] for unit in house.rules.units}, house.words.zone)
    return read(c, place, *recent(house.today(now)), now)


def _tell(house: House, staff: Staff) -> Tell:
    key_role = house.places(staff.unit, staff.language)["key_role"]
    return Tell(house.words, house.phrases, staff.language, key_role)


async def _drawn(report: Report, tell: Tell) -> bytes | None:
    """None where nothing here can draw: the figures are told all the same."""
    if not drawing.can_draw():
        return None
    try:
        return await drawing.png(drawing.drawing(report, tell))
    except NotDrawn as error:
        log.warning("event=report_not_drawn reason=%s", str(error).replace(" ", "_"))
        return None


# --- sent -----------------------------------------------------------------------------------------------


async def _send(house: House, post: Post, notice: Notice, staff: Staff, made: Made, number: int) -> Notice:
    """The notice of what comes after it, claimed; that one and the message are stored together. It stands for as long
    as a message may: it is meant to be read again, and passed on."""
    after = [notice]

    def noted(c: Connection, message: int) -> None:
        now = house.clock()
        traces.keep(c, staff.id, message, now, traces.KEPT)
        notices.drop(c, notice)
        if number + 1 in made.messages:
            reference, due = f"{REPORT}{number + 1}", now + UNTIL_SENT
            queued = notices.queue(c, REPORT, staff.id, reference, due)
            after[:] = [replace(notice, id=queued, reference=reference, due=due, attempts=0, code="")]

    picture = made.picture if number == 0 else None
    deliver = partial(_deliver, post, staff.chat, made.messages[number], picture)
    await sent(house, staff, notice.id, deliver, noted)
    return after[0]


async def _deliver(post: Post, chat: int, words: str, picture: bytes | None) -> int:
    if picture is not None:
        try:
            return await post.picture(chat, picture, words)
        except SendFailed as failure:
            if not failure.permanent or failure.blocked:
                raise
            log.warning("event=report_picture_refused")
    return await post.send(chat, Screen(words, silent=True, protected=False))
