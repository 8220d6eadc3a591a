"""How a coordinator lets a colleague in: role and unit by buttons, name and telephone if she likes, and one code.

Nothing typed is read here; it comes from `entering`, checked.
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import cards, probing
from bot.house import House
from bot.model import Button, Event, Reply, Role, Staff, Text
from bot.storage import entries, invitations
from bot.storage.entries import Entry

AWAITED = timedelta(minutes=10)
SHOWN = timedelta(minutes=5)
UNUSED_AT_MOST = 20

# What a button calls it: the role, and whether she is a deputy.
ROLES: Mapping[str, tuple[Role, bool]] = {
    "frontline": ("frontline", False),
    "keyperson": ("key_person", False),
    "deputy": ("key_person", True),
    "coordinator": ("coordinator", False),
}
NAME, PHONE, CODE = "name", "phone", "shown"


def ask(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """As what?"""
    if entries.unused(c, staff.id, now) >= UNUSED_AT_MOST:
        return cards.house_card(c, house, staff, _many(house, staff), now, event.message)
    choices = tuple(Button(f"0:invite.{key}", house.phrases[f"role.{key}"]) for key in ROLES)
    return cards.house_card(c, house, staff, "invite.role", now, event.message, choices=choices)


def _many(house: House, staff: Staff) -> Text:
    return Text(
        house.phrase("invite.many", staff, count=house.words.number(UNUSED_AT_MOST, staff.language)), ""
    )


def role(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """Where?"""
    if event.argument not in ROLES:
        return cards.resume(c, house, staff, event, now)
    choices = tuple(
        Button(
            f"0:invited.{event.argument}x{probing.key_of(unit)}",
            Text(house.places(unit, staff.language)["unit"], ""),
        )
        for unit in house.rules.units
    )
    return cards.house_card(c, house, staff, "invite.unit", now, event.message, choices=choices)


def unit(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """From now on a name is awaited, or the press that skips it."""
    key, _, of_unit = event.argument.partition("x")
    named = {probing.key_of(one): one for one in house.rules.units}
    if key not in ROLES or of_unit not in named:
        return cards.resume(c, house, staff, event, now)
    awaited = Entry(staff.id, NAME, now + AWAITED, key, named[of_unit])
    entries.keep(c, house.cipher, awaited)
    return _asks_for(c, house, staff, NAME, now, event.message)


def _asks_for(
    c: Connection, house: House, staff: Staff, what: str, now: datetime, pressed: int = 0, said: str = ""
) -> Reply:
    skip = (Button(f"0:skip.{what}", house.phrases["invite.skip"]),)
    return cards.house_card(c, house, staff, said or f"invite.{what}", now, pressed, choices=skip)


def refused(c: Connection, house: House, staff: Staff, what: str, now: datetime) -> Reply:
    """What was typed cannot be kept; it is still awaited."""
    return _asks_for(c, house, staff, what, now, said=f"entry.{what}_refused")


def skip(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """Pressed twice it skips once, and the code that came of it stays before her."""
    entry = entries.of(c, house.cipher, staff.id)
    if entry is None or event.argument not in (NAME, PHONE):
        return cards.resume(c, house, staff, event, now)
    if entry.what == CODE:
        return Reply(staff.chat)
    if entry.what != event.argument:
        return _asks_for(c, house, staff, entry.what, now, event.message)
    return given(c, house, staff, entry, "", now, event.message)


def given(
    c: Connection, house: House, staff: Staff, entry: Entry, said: str, now: datetime, pressed: int = 0
) -> Reply:
    """A name, then a telephone, then the code; "" is what was skipped."""
    if entry.what == NAME:
        entries.keep(c, house.cipher, replace(entry, what=PHONE, name=said, due=now + AWAITED))
        return _asks_for(c, house, staff, PHONE, now, pressed)
    return _invite(c, house, staff, entry, said, now)


def _invite(c: Connection, house: House, staff: Staff, entry: Entry, phone: str, now: datetime) -> Reply:
    """The code stands in a message of its own, which may be copied, and goes after five minutes."""
    entries.end(c, staff.id)
    if entries.unused(c, staff.id, now) >= UNUSED_AT_MOST:
        return cards.house_card(c, house, staff, _many(house, staff), now)
    if entry.unit not in house.rules.units:
        return cards.house_card(c, house, staff, "resting", now)
    as_role, is_deputy = ROLES[entry.role]
    code = secrets.token_urlsafe(16)
    invitations.invite(
        c, house.cipher, code=code, role=as_role, unit=entry.unit, name=entry.name, phone=phone, now=now,
        is_deputy=is_deputy, by=staff.id,
    )  # fmt: skip
    entries.keep(c, house.cipher, Entry(staff.id, CODE, now + SHOWN))
    return _shown(c, house, staff, code, now)


def _shown(c: Connection, house: House, staff: Staff, code: str, now: datetime) -> Reply:
    until = house.words.day_and_time(now + invitations.VALID, staff.language)
    said = (house.phrase("invite.code", staff, until=until), code, house.link(code))
    more = tuple(Text(one, "") for one in said[1:] if one)
    reply = cards.house_card(
        c, house, staff, Text(said[0], ""), now, more=(*more, house.phrases["invite.gone"])
    )
    assert reply.screen is not None  # noqa: S101 - a card always has one
    return replace(reply, screen=replace(reply.screen, protected=False))
