"""Lays the hidden screen over details that have lain open for five minutes without a press; it ends no conversation."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import engine, practice, referring
from bot.errors import SendFailed
from bot.house import House
from bot.locales.screen import screen
from bot.model import Line, Screen, Session, Staff
from bot.post import Post, edited, neutral
from bot.storage import people, sessions

AGAIN = timedelta(seconds=30)  # where the screen could not be shown


@dataclass(frozen=True, slots=True)
class Cover:
    """What is to be shown on a person's live card."""

    staff: Staff
    about: str
    session: Session
    shown: Screen


def due(c: Connection, house: House, now: datetime, limit: int) -> list[Cover]:
    """They are hidden in the rows first: whatever is pressed meanwhile finds them so."""
    found = (_covered(c, house, *one, now) for one in sessions.to_cover(c, now, limit))
    return [one for one in found if one is not None]


def _covered(c: Connection, house: House, staff_id: int, about: str, now: datetime) -> Cover | None:
    session, staff = sessions.load(c, staff_id, about), people.by_id(c, house.cipher, staff_id)
    if session is None:
        return None
    hidden = session if session.is_hidden else engine.covered(session)
    referring.take_copies(c, staff_id, now)
    on_the_card = staff is not None and staff.live and staff.active == about
    saved = sessions.cover(c, staff_id, about, hidden, now + AGAIN if on_the_card else None)
    if saved is None or staff is None or not on_the_card:
        return None
    return Cover(staff, about, saved, _screen(house, staff, saved))


def _screen(house: House, staff: Staff, session: Session) -> Screen:
    flow = house.flows.get(session.flow)
    if flow is None:  # in this version it is gone, and with it its hidden screen
        return neutral(house, staff, "0:resume.0")
    places, card = house.places(staff.unit, staff.language), engine.card(flow, session)
    if practice.is_practice(session):
        card = replace(card, lines=(Line(house.phrases["practice.banner"]), *card.lines))
    return screen(house.words, card, staff.language, places, turn=session.turn)


async def show(house: House, post: Post, cover: Cover) -> None:
    """An edit, which rings nowhere. What Telegram refuses for now is due again."""
    try:
        await edited(post, cover.staff.chat, cover.staff.live, cover.shown)
    except SendFailed:
        return
    await house.db.run(lambda c: _done(c, cover))


def _done(c: Connection, cover: Cover) -> None:
    """Unless she has pressed meanwhile: then it is due as that says."""
    session = sessions.load(c, cover.staff.id, cover.about)
    if session is not None and session.version == cover.session.version:
        sessions.cover(c, cover.staff.id, cover.about, session, None)
