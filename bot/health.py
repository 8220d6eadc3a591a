"""One screen for the coordinator: whether all works, and where it does not what to do; it mends nothing."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import cards, vitals
from bot.counting import Vitals
from bot.house import House
from bot.model import CARD_LENGTH, Event, Reply, Staff, Text

SILENT_AFTER = timedelta(minutes=2)  # longer than a poll takes, or the look whether a webhook is still set


def ask(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    lines = [Text(said, "") for said in _Screen(house, staff, vitals.read(c, house, now)).lines()]
    return cards.house_card(c, house, staff, lines[0], now, more=tuple(lines[1:]))


class _Screen:
    """The sentences in the reader's language, from what was read for her."""

    def __init__(self, house: House, staff: Staff, read: Vitals) -> None:
        self._house = house
        self._staff = staff
        self._read = read
        self._silence = house.silence()
        self._old = {what: count for what, count in house.grown_old().items() if count}

    def lines(self) -> list[str]:
        """As many as a screen holds, what is wrong before what is well."""
        wrong = list(self._wrong())
        first, last = self._say("care" if wrong else "well"), self._say("version", number=self._house.version)
        more, shown = self._say("more"), [first]
        left = CARD_LENGTH - len(first) - len(last) - len(more) - 4
        for said in wrong:
            left -= len(said) + 1
            shown.append(said if left >= 0 else more)
            if left < 0:
                return [*shown, last]
        for said in self._well():
            if left > len(said):
                left -= len(said) + 1
                shown.append(said)
        return [*shown, last]

    def _wrong(self) -> Iterator[str]:
        """The gravest first."""
        read = self._read
        if read.unreached:
            yield self._say("unreached", units=self._named(read.unreached))
        if read.nobody_left:
            yield self._counted("waiting", read.nobody_left)
        if self._is_late():
            yield self._counted("late", read.due, read.due_since)
        if self._is_silent():
            yield self._say("silent", when=self._heard())
        if unproven := [unit for unit in read.unproven if unit not in read.unreached]:
            yield self._say("unproven", units=self._named(unproven))
        if self._is_overdue():
            yield self._counted("overdue", read.overdue, read.overdue_since)
        if self._house.db.errors:
            yield self._counted("errors", self._house.db.errors)
        if self._old:
            parts = [self._say(what, count=self._number(count)) for what, count in self._old.items()]
            yield self._say("old", said=self._house.words.list_of(parts, self._staff.language))

    def _well(self) -> Iterator[str]:
        read = self._read
        if not self._is_late():
            yield self._counted("underway", read.due, read.due_since) if read.due else self._say("delivers")
        if not self._is_overdue():
            yield self._say("deletes")
        if read.proven and not read.unreached and not read.unproven:
            yield self._say("reached", when=self._time(read.proven))
        if self._silence is not None and not self._is_silent():
            yield self._say("answers", when=self._heard())
        if not self._house.db.errors:
            yield self._say("stores")
        if not self._old:
            yield self._say("fresh")

    def _is_late(self) -> bool:
        return self._read.age(self._read.due_since) > vitals.LATE_AFTER.total_seconds()

    def _is_overdue(self) -> bool:
        return self._read.age(self._read.overdue_since) > vitals.OVERDUE_AFTER.total_seconds()

    def _is_silent(self) -> bool:
        return self._silence is not None and self._silence > SILENT_AFTER.total_seconds()

    # --- words --------------------------------------------------------------------------------------

    def _say(self, name: str, **values: str) -> str:
        return self._house.phrase(f"health.{name}", self._staff, **values)

    def _counted(self, name: str, count: int, since: datetime | None = None) -> str:
        when = {"when": self._time(since)} if since else {}
        phrase, language = self._house.phrases[f"health.{name}"], self._staff.language
        return self._house.words.plural(phrase, count, language, when)

    def _heard(self) -> str:
        return self._time(self._read.at - timedelta(seconds=self._silence or 0))

    def _time(self, moment: datetime) -> str:
        return self._house.words.day_and_time(moment, self._staff.language)

    def _number(self, count: int) -> str:
        return self._house.words.number(count, self._staff.language)

    def _named(self, units: list[str] | tuple[str, ...]) -> str:
        """By the names that the municipality's file has."""
        names = [self._house.places(unit, self._staff.language)["unit"] for unit in units]
        return self._house.words.few_of(names, self._staff.language)
