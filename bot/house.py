"""What the rooms of a conversation are given, put together once by the composition root; it does nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.locales.words import Words
from bot.model import Flow, Staff, Text
from bot.storage.cipher import Cipher
from bot.storage.database import Database


@dataclass(frozen=True, slots=True)
class House:
    """`places` gives the placeholders of a unit in a language; `is_open` answers for opening hours;
    `reference` makes a new opaque reference; `wake` tells the outbox that something is due."""

    db: Database
    cipher: Cipher
    flows: Mapping[str, Flow]
    phrases: Mapping[str, Text]
    words: Words
    places: Callable[[str, str], Mapping[str, str]]
    is_open: Callable[[datetime], bool]
    clock: Callable[[], datetime]
    reference: Callable[[], str]
    wake: Callable[[], None]

    def phrase(self, name: str, staff: Staff, **values: str) -> str:
        """A small sentence in a person's language, the municipality's names and numbers filled in."""
        known = {**self.places(staff.unit, staff.language), **values}
        return self.words.say(self.phrases[name], staff.language, known)
