"""The people of the municipality as a coordinator sees them, by unit, each with a card: renewed, corrected, removed."""

from datetime import datetime

from sqlalchemy import Connection

from bot import cards, inviting, probing, terms
from bot.house import House
from bot.model import Button, Event, Reply, Staff, Text
from bot.storage import entries, people
from bot.storage.entries import Entry

A_PAGE = 8
MAX_DIGITS = 9  # more are no number of ours

# What is corrected, by the button's name for it.
CORRECTED = {"name": "new_name", "phone": "new_phone"}


def ask(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """Which unit? Those of the file, and those that somebody is still of."""
    everybody = people.everybody(c, house.cipher)
    choices = tuple(
        Button(f"0:unit.{probing.key_of(unit)}p1", Text(_counted(house, staff, unit, everybody), ""))
        for unit in _units(house, everybody)
    )
    return cards.house_card(c, house, staff, "staff.ask", now, event.message, choices=choices)


def _units(house: House, everybody: list[Staff]) -> list[str]:
    """Those that somebody is of, in the file's order, and then any that the file lacks."""
    of_people = {one.unit for one in everybody}
    known = [unit for unit in house.rules.units if unit in of_people]
    return known + sorted(of_people - set(known))


def _counted(house: House, staff: Staff, unit: str, everybody: list[Staff]) -> str:
    return f"{_named(house, staff, unit)} · {sum(one.unit == unit for one in everybody)}"


def _named(house: House, staff: Staff, unit: str) -> str:
    """The unit's name; its id where the file does not have it."""
    return house.places(unit, staff.language)["unit"] if unit in house.rules.units else unit


def unit(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """Its people, eight on a page."""
    key, _, page = event.argument.partition("p")
    everybody = people.everybody(c, house.cipher)
    named = {probing.key_of(one): one for one in _units(house, everybody)}
    if key not in named or not _is_number(page):
        return cards.resume(c, house, staff, event, now)
    hers = sorted((one for one in everybody if one.unit == named[key]), key=lambda one: (one.name, one.id))
    pages = -(-len(hers) // A_PAGE)
    at = min(max(int(page), 1), pages)
    shown = hers[(at - 1) * A_PAGE : at * A_PAGE]
    choices = [Button(f"0:person.{one.id}", Text(_listed(house, staff, one, now), "")) for one in shown]
    if at > 1:
        choices.append(Button(f"0:unit.{key}p{at - 1}", house.phrases["staff.earlier"]))
    if at < pages:
        choices.append(Button(f"0:unit.{key}p{at + 1}", house.phrases["staff.later"]))
    said = house.phrase(
        "staff.people",
        staff,
        unit=_named(house, staff, named[key]),
        page=house.words.number(at, staff.language),
        pages=house.words.number(pages, staff.language),
    )
    return cards.house_card(c, house, staff, Text(said, ""), now, event.message, choices=tuple(choices))


def _listed(house: House, staff: Staff, one: Staff, now: datetime) -> str:
    """With a word where her admission ends soon: of many who end together only one is told of at a time."""
    who = _called(house, staff, one)
    return house.phrase("staff.ending", staff, who=who) if terms.ends_soon(house, one, now) else who


def _called(house: House, staff: Staff, one: Staff) -> str:
    return one.name or house.phrase("staff.unnamed", staff, role=_role(house, staff, one), number=str(one.id))


def _role(house: House, staff: Staff, one: Staff) -> str:
    key = next(key for key, found in inviting.ROLES.items() if found == (one.role, one.deputy))
    return house.phrase(f"role.{key}", staff)


# --- one colleague ----------------------------------------------------------------------------------


def person(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    one = _whom(c, house, event)
    if one is None:
        return cards.resume(c, house, staff, event, now)
    return card(c, house, staff, one, now, event.message)


def card(c: Connection, house: House, staff: Staff, one: Staff, now: datetime, pressed: int = 0) -> Reply:
    said = house.phrase(
        "staff.card",
        staff,
        who=_called(house, staff, one),
        role=_role(house, staff, one),
        unit=_named(house, staff, one.unit),
        phone=one.phone or house.phrase("staff.no_phone", staff),
        until=house.words.date(house.today(terms.until(house, one)), staff.language),
    )
    away = one.back is not None and one.back > now
    back = house.words.day(house.today(one.back), staff.language) if one.back is not None else ""
    more = (Text(house.phrase("staff.away", staff, back=back), ""),) if away else ()
    deeds = ("renew", *CORRECTED, "remove")
    choices = tuple(Button(f"0:{deed}.{one.id}", house.phrases[f"staff.{deed}"]) for deed in deeds)
    return cards.house_card(c, house, staff, Text(said, ""), now, pressed, choices=choices, more=more)


def renew(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    one = _whom(c, house, event)
    if one is None:
        return cards.resume(c, house, staff, event, now)
    if not terms.may_renew(c, staff, one):
        return cards.house_card(c, house, staff, "staff.own_term", now, event.message)
    terms.renew(c, one, now)
    return card(c, house, staff, people.by_id(c, house.cipher, one.id) or one, now, event.message)


def remove(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """One press more, because it cannot be taken back."""
    one = _whom(c, house, event)
    if one is None:
        return cards.resume(c, house, staff, event, now)
    if terms.is_last_coordinator(c, one):
        return cards.house_card(c, house, staff, "staff.last", now, event.message)
    said = Text(house.phrase("staff.remove_ask", staff, who=_called(house, staff, one)), "")
    choices = (
        Button(f"0:removed.{one.id}", house.phrases["staff.remove_yes"]),
        Button(f"0:person.{one.id}", house.phrases["staff.remove_no"]),
    )
    return cards.house_card(c, house, staff, said, now, event.message, choices=choices)


def removed(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    one = _whom(c, house, event)
    if one is None:  # somebody else was faster
        return cards.resume(c, house, staff, event, now)
    if terms.remove(c, house, one, now) is None:
        return cards.house_card(c, house, staff, "staff.last", now, event.message)
    if one.id == staff.id:
        return cards.neutral(house, staff.chat, staff.language)
    return cards.house_card(c, house, staff, "staff.removed", now, event.message)


def correct(c: Connection, house: House, staff: Staff, event: Event, now: datetime, what: str) -> Reply:
    """From now on the right name or telephone is awaited."""
    one = _whom(c, house, event)
    if one is None:
        return cards.resume(c, house, staff, event, now)
    awaited = Entry(staff.id, CORRECTED[what], now + inviting.AWAITED, about=one.id)
    entries.keep(c, house.cipher, awaited)
    return cards.house_card(c, house, staff, f"entry.{what}", now, event.message)


def corrected(c: Connection, house: House, staff: Staff, entry: Entry, said: str, now: datetime) -> Reply:
    entries.end(c, staff.id)
    one = people.by_id(c, house.cipher, entry.about or 0)
    if one is None:
        return cards.house_card(c, house, staff, "staff.gone", now)
    known = {"name": said} if entry.what == CORRECTED["name"] else {"phone": said}
    people.correct(c, house.cipher, one.id, **known)
    return card(c, house, staff, people.by_id(c, house.cipher, one.id) or one, now)


def _whom(c: Connection, house: House, event: Event) -> Staff | None:
    """Somebody who is still admitted."""
    return people.by_id(c, house.cipher, int(event.argument)) if _is_number(event.argument) else None


def _is_number(said: str) -> bool:
    return said.isdecimal() and len(said) <= MAX_DIGITS
