"""What keeps a catalogue from being used: missing, fuzzy, damaged, too long, or not as its glossary has it."""

import re
from collections.abc import Iterator, Mapping

from babel.messages.catalog import Catalog

from bot.locales import glossary
from bot.locales.catalogue import Domain, Key, forms_of, messages
from bot.locales.glossary import Glossary

# What a translation must keep to the letter, and as often: placeholders, commands, paragraph and telephone numbers.
_LOCKED = re.compile(
    r"\{[a-z_]+\}|(?<![\w/])/[a-z]+|§+ ?\d+|\b11[24]\b|\b1888\b|\b116 ?\d{3}\b|\b24\b|\bMitID\b|\bDigital Post\b"
)
# Directions are ours to add; digits are Latin in every language, as on a telephone's keys.
_UNSEEN = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")


def of(
    catalog: Catalog, domain: Domain, terms: Glossary, needed: Mapping[Key, int] | None = None
) -> Iterator[str]:
    """`needed` are the sentences that it must have, each with the characters that it may take, 0 where its card is
    measured as a whole."""
    for key in sorted((needed or {}).keys() - {key for key, _ in messages(catalog)}):
        yield f"{_where(key)} is not there"
    for key, message in messages(catalog):
        danish, said = forms_of(message.id), forms_of(message.string)
        if not all(said) or (len(danish) > 1 and len(said) != catalog.num_plurals):
            yield f"{_where(key)} is not translated"
        elif message.fuzzy:
            yield f"{_where(key)} is fuzzy"
        else:
            for form in said:
                for fault in _of_sentence(danish[-1], form, (needed or {}).get(key, 0)):
                    yield f"{_where(key)}: {fault}"
                for fault in glossary.faults(terms, domain, danish[-1], form):
                    yield f"{_where(key)}: {fault}"


def _of_sentence(danish: str, said: str, at_most: int) -> Iterator[str]:
    if locked(danish) != locked(said):
        differ = {*locked(danish), *locked(said)}
        odd = sorted(one for one in differ if locked(danish).count(one) != locked(said).count(one))
        yield f"{odd} differ"
    if danish.count("\n") != said.count("\n"):
        yield "has other line breaks"
    if _UNSEEN.search(said):
        yield "has an unseen sign of direction: those are added when it is shown"
    if _OTHER_DIGIT.search(said):
        yield "has digits that are not 0 to 9"
    if at_most and len(said) > at_most:
        yield f"has {len(said)} characters; {at_most} have room"


def locked(text: str) -> list[str]:
    return sorted(_LOCKED.findall(text))


def _where(key: Key) -> str:
    return f"{key[0]}: {key[1][:50]!r}"
