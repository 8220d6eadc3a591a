"""What was shown, beside what is stored: where the two do not agree, a sentence; none where all is well."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from bot.storage.tables import notice, outcome, referral, seen_update, sending, staff, trace
from tests.cast import NEUTRAL
from tests.kills.people import Frontline, Person, Receiver
from tests.kills.witness import Witness


@dataclass(frozen=True, slots=True)
class Rows:
    """All that is compared, read in one transaction while nobody writes."""

    seen: frozenset[int]
    staff: dict[int, Any]
    referrals: dict[str, Any]
    notices: Sequence[Any]
    outcomes: Sequence[Any]
    traces: dict[tuple[int, int], Any]
    sendings: Sequence[Any]

    @classmethod
    def read(cls, c: Connection) -> "Rows":
        return cls(
            frozenset(c.execute(select(seen_update.c.id)).scalars()),
            {row.id: row for row in c.execute(select(staff.c.id, staff.c.turn, staff.c.live))},
            {row.reference: row for row in c.execute(select(referral))},
            c.execute(select(notice)).all(),
            c.execute(select(outcome)).all(),
            {(row.staff, row.message): row for row in c.execute(select(trace))},
            c.execute(select(sending)).all(),
        )


def wrongs(world: Witness, people: Sequence[Person], rows: Rows, *, over: bool = False) -> list[str]:
    """`over`: everybody has finished, so that what may be one more while they work may not be."""
    frontline = [one for one in people if isinstance(one, Frontline)]
    receivers = [one for one in people if isinstance(one, Receiver)]
    return [
        *_acknowledged(world, rows),
        *(wrong for one in people for wrong in _turns(one, rows)),
        *(wrong for one in frontline for wrong in _consents(one, rows, over)),
        *_shown_codes(world, rows),
        *_forgotten(rows),
        *_takers(receivers, rows),
        *_outcomes(frontline, rows, over),
        *(wrong for one in people for wrong in _messages(world, one, rows)),
        *(_handed_over(rows) if over else ()),
    ]


def unfinished(rows: Rows, now: datetime) -> list[str]:
    """What somebody has yet to press, or the bot to send."""
    due = [
        row.reference for row in rows.notices if row.due is not None and row.due <= now + timedelta(minutes=1)
    ]
    return [*due, *(row.reference for row in rows.referrals.values() if row.closed is None)]


def overdue(rows: Rows, now: datetime) -> bool:
    """What should have gone from a chat, is still to be looked for, or is about to come."""
    going_out = any(
        (row.due is not None and row.due <= now) or (row.claimed is not None and row.claimed > now)
        for row in rows.notices
    )
    return going_out or any(row.due <= now for row in rows.traces.values()) or bool(rows.sendings)


def leftovers(world: Witness, people: Sequence[Person], rows: Rows) -> Iterator[str]:
    """Hours after everybody has gone, a chat is empty but for what waits there."""
    for one in people:
        waits = {row.message for row in rows.notices if row.staff == one.staff} | {rows.staff[one.staff].live}
        for card in world.standing(one.chat):
            if card.message not in waits:
                yield f"message {card.message} still stands in chat {one.chat}: {card.text[:60]!r}"
        for message in world.own(one.chat):
            yield f"her own message {message} still stands in chat {one.chat}"


def _acknowledged(world: Witness, rows: Rows) -> Iterator[str]:
    lost = world.confirmed.keys() - rows.seen
    if lost:
        yield f"updates {sorted(lost)} are confirmed and not stored"
    if untold := world.answered - rows.seen:
        yield f"the presses of updates {sorted(untold)} are answered and not stored"


def _turns(one: Person, rows: Rows) -> Iterator[str]:
    if one.turn > rows.staff[one.staff].turn:
        yield f"{one.chat} was shown turn {one.turn}, stored is {rows.staff[one.staff].turn}"


def _consents(one: Frontline, rows: Rows, over: bool) -> Iterator[str]:
    told = sum(talk.stored for talk in one.talks)
    said = sum(talk.said_yes for talk in one.talks)
    stored = sum(row.sender == one.staff for row in rows.referrals.values())
    if not told <= stored <= said:
        yield f"{one.chat} said yes {said} times, was told {told} times that it is stored, and {stored} are"
    if over and told != stored:
        yield f"{one.chat} was told {told} times that it is stored, and {stored} are, in the end"


def _shown_codes(world: Witness, rows: Rows) -> Iterator[str]:
    asked = {row.reference for row in rows.notices} | rows.referrals.keys()
    for card in world.notices:
        if unknown := set(card.orders("withdraw")) - rows.referrals.keys():
            yield f"{card.chat} was shown {unknown}, and there is no such referral"
        if card.text == NEUTRAL and (vain := set(card.orders("open")) - asked):
            yield f"{card.chat} was asked to open {vain}, and there is no such thing"


def _forgotten(rows: Rows) -> Iterator[str]:
    ticking = {row.reference for row in rows.notices if row.kind == "clock" and row.due is not None}
    for row in rows.referrals.values():
        if row.closed is None and row.accepted_by is None and row.reference not in ticking:
            yield f"{row.reference} is neither taken nor closed, and no clock is due for it"


def _takers(receivers: Sequence[Receiver], rows: Rows) -> Iterator[str]:
    for one in receivers:
        for reference in one.taken:
            stored = rows.referrals[reference].accepted_by if reference in rows.referrals else None
            if stored != one.staff:
                yield f"{one.staff} was told that she has {reference}, stored is {stored}"
        for reference in one.closed:
            if rows.referrals[reference].closed is None:
                yield f"{one.staff} was told that {reference} is closed, and it is not"


def _outcomes(frontline: Sequence[Frontline], rows: Rows, over: bool) -> Iterator[str]:
    talks = [talk for one in frontline for talk in one.talks if talk.past_mode]
    ended, stored = sum(talk.ended for talk in talks), len(rows.outcomes)
    if not ended <= stored <= (ended if over else len(talks)):
        yield f"{ended} of {len(talks)} conversations were seen to end, and {stored} outcomes are stored"


def _messages(world: Witness, one: Person, rows: Rows) -> Iterator[str]:
    known = {message for who, message in rows.traces if who == one.staff}
    known |= {row.message for row in rows.notices if row.staff == one.staff} | {rows.staff[one.staff].live}
    looked_for = [row for row in rows.sendings if row.staff == one.staff]
    for card in world.standing(one.chat):
        if card.message not in known and not any(
            row.after < card.message and (row.tries or card.message < row.upto) for row in looked_for
        ):
            yield f"message {card.message} stands in chat {one.chat} and nobody knows of it: {card.text[:60]!r}"
    waits = {
        update["message"]["message_id"] for id, update in world.updates.items()
        if "message" in update and id not in rows.seen
    }  # fmt: skip
    for message in world.own(one.chat):
        if message not in known | waits:
            yield f"her own message {message} stands in chat {one.chat} and will not be deleted"


def _handed_over(rows: Rows) -> Iterator[str]:
    tied = [row.outcome for row in rows.referrals.values()]
    if None in tied or len(set(tied)) != len(tied):
        yield f"of {len(tied)} referrals {tied.count(None)} have no outcome, and {len(set(tied))} different ones"
    paths = {row.id: row.path for row in rows.outcomes}
    named = [row.reference for row in rows.referrals.values() if row.path == "referral"]
    counted = [id for id, path in paths.items() if path == "referral"]
    if len(named) != len(counted):
        yield f"{len(named)} referrals, and {len(counted)} outcomes that say so"
    for row in rows.referrals.values():
        if row.closed is None:
            yield f"{row.reference} was not brought to its end by anybody"
