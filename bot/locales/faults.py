"""What keeps a catalogue from being used: missing, fuzzy, damaged, too long, or not as its glossary has it."""

import re
from collections.abc import Iterator, Mapping

from babel.messages.catalog import Catalog

from bot.locales.catalogue import Domain, Key, forms_of, messages
from bot.locales.glossary import Glossary
from bot.model import CARD_LENGTH

# What a translation must keep to the letter, and as often: placeholders, commands, paragraph and telephone numbers.
# What each can begin with is asked first, or every letter of every sentence would be tried nine times.
_LOCKED = re.compile(
    r"(?=[{/§12MD])(?:\{[a-z_]+\}|(?<![\w/])/[a-z]+|§+ ?\d+|\b(?:11[24]|1888|116 ?\d{3}|24|MitID|Digital Post)\b)"
)
# Directions are ours to add; digits are Latin in every language, as on a telephone's keys.
_UNSEEN = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_OTHER_DIGIT = re.compile(r"[^\D0-9]")


def of(
    catalog: Catalog, domain: Domain, terms: Glossary, needed: Mapping[Key, int] | None = None
) -> Iterator[str]:
    """`needed` are the sentences that it must have, each with the characters that it may take, 0 where its card is
    measured as a whole."""
    wrong_words, rooms, there = terms.checks(domain), needed or {}, set[Key]()
    for key, message in messages(catalog):
        there.add(key)
        danish, said = forms_of(message.id), forms_of(message.string)
        if not all(said) or (len(danish) > 1 and len(said) != catalog.num_plurals):
            yield f"{_where(key)} is not translated"
        elif message.fuzzy:
            yield f"{_where(key)} is fuzzy"
        else:
            for form in said:
                for fault in (
                    *_of_sentence(danish[-1], form, rooms.get(key) or CARD_LENGTH),
                    *wrong_words(danish[-1], form),
                ):
                    yield f"{_where(key)}: {fault}"
    yield from (f"{_where(key)} is not there" for key in sorted(rooms.keys() - there))


def _of_sentence(danish: str, said: str, at_most: int) -> Iterator[str]:
    ours, theirs = locked(danish), locked(said)
    if ours != theirs:
        yield f"{sorted(one for one in {*ours, *theirs} if ours.count(one) != theirs.count(one))} differ"
    if danish.count("\n") != said.count("\n"):
        yield "has other line breaks"
    if not said.isascii():
        if _UNSEEN.search(said):
            yield "has an unseen sign of direction: those are added when it is shown"
        if _OTHER_DIGIT.search(said):
            yield "has digits that are not 0 to 9"
    if len(said) > at_most:
        yield f"has {len(said)} characters; {at_most} have room"


def locked(text: str) -> list[str]:
    return sorted(_LOCKED.findall(text))


def _where(key: Key) -> str:
    return f"{key[0]}: {key[1][:50]!r}"
