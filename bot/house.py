"""What the rooms of a conversation are given, put together once by the composition root; it does nothing."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.counting import Counts
from bot.handover import Rules
from bot.library import Library, LocalLink, LocalOffer
from bot.locales.words import Words
from bot.model import Flow, Staff, Text
from bot.practice import News, Situation
from bot.storage.cipher import Cipher
from bot.storage.database import Database


def _no_link(code: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class House:
    """`places` gives the placeholders of a unit in a language; `rules` are the municipality's for hand-overs;
    `reference` makes a new opaque reference; `wake` tells the outbox that something is due; `term` is how long an
    admission holds; `offers` are the municipality's that are valid now; `offer_every` is how often somebody is offered
    to practise, nothing for never; `copies` holds, by employee, the code of a notice and what is to be copied for it,
    until it is sent; `link` is the deep link that carries a code, "" where Telegram has not said the bot's name;
    `counts` is what the house counts of its own work; `silence` is for how many seconds Telegram has not answered, None
    where nobody knows; `grown_old` says how many laws, numbers, plans and offers need a check; `version` is the house's
    own; whoever makes a report holds `making`, so that one is made at a time."""

    db: Database
    cipher: Cipher
    flows: Mapping[str, Flow]
    phrases: Mapping[str, Text]
    words: Words
    places: Callable[[str, str], Mapping[str, str]]
    rules: Rules
    clock: Callable[[], datetime]
    reference: Callable[[], str]
    wake: Callable[[], None]
    library: Library = field(default_factory=Library)
    offers: Callable[[], Sequence[LocalOffer]] = tuple
    links: Sequence[LocalLink] = ()
    situations: Mapping[str, Situation] = field(default_factory=dict)
    news: Sequence[News] = ()
    offer_every: timedelta = timedelta()
    copies: dict[int, tuple[str, str]] = field(default_factory=dict)
    term: timedelta = timedelta(days=365)
    link: Callable[[str], str] = _no_link
    counts: Counts = field(default_factory=Counts)
    silence: Callable[[], float | None] = lambda: None
    grown_old: Callable[[], Mapping[str, int]] = dict
    version: str = ""
    making: asyncio.Lock = field(default_factory=asyncio.Lock)

    def today(self, now: datetime) -> date:
        """On the municipality's calendar."""
        return now.astimezone(ZoneInfo(self.words.zone)).date()

    def name_of(self, colleague: Staff | None, reader: Staff) -> str:
        """Her name, or where none was given "a colleague in ...": whom to ring must never be left out."""
        if colleague is not None and colleague.name:
            return colleague.name
        unit = self.places(colleague.unit if colleague else reader.unit, reader.language)["unit"]
        return self.phrase("colleague.name", reader, unit=unit)

    def phone_of(self, colleague: Staff | None, reader: Staff) -> str:
        """Her work telephone, or where to find it."""
        if colleague is not None and colleague.phone:
            return colleague.phone
        return self.phrase("colleague.phone", reader)

    def phrase(self, name: str, staff: Staff, **values: str) -> str:
        """A small sentence in a person's language, the municipality's names and numbers filled in."""
        known = {**self.places(staff.unit, staff.language), **values}
        return self.words.say(self.phrases[name], staff.language, known)
