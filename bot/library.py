"""The library's nouns, and finding a card by a word; what stands on the cards is content, and nobody is told here."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches

from bot.model import Text

Say = Callable[[Text], str]  # a text in the reader's language

FOUND_AT_MOST = 8
SHORTEST = 3  # letters of a word that is looked for; shorter ones bind sentences together
# How alike two words must be where none begins with the other: one slip of a thumb in five letters.
_LIKE = 0.8
_WORD = re.compile(r"\w+")
# One spelling for what telephones write in several: ø as o or oe, å as a or aa, ü as u or ue.
_LETTERS = str.maketrans({"ø": "o", "æ": "a", "ß": "ss", "ł": "l"})
_PAIRS = (("oe", "o"), ("ae", "a"), ("aa", "a"), ("ue", "u"))


@dataclass(frozen=True, slots=True)
class LibraryCard:
    """One screen of knowledge. `find` are more words that it is found by; `words` may be said to the citizen;
    `memory` rests on professional memory; `cited` is shown as it stands; `digest` changes with what is said."""

    name: str
    title: Text
    find: Text
    what: Text
    why: Text
    how: Text
    words: Text | None = None
    memory: Text | None = None
    cited: str = ""
    digest: str = ""
    review: str = "udkast"

    @property
    def said(self) -> tuple[Text, ...]:
        """All of it that is translated."""
        optional = (text for text in (self.words, self.memory) if text is not None)
        return (self.title, self.find, self.what, self.why, self.how, *optional)


@dataclass(frozen=True, slots=True)
class Shelf:
    name: str
    title: Text
    cards: tuple[LibraryCard, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """`shelves` in the order in which they are shown."""

    shelves: tuple[Shelf, ...] = ()
    cards: Mapping[str, LibraryCard] = field(default_factory=dict)

    def shelf_of(self, card: str) -> Shelf:
        return next(shelf for shelf in self.shelves if any(one.name == card for one in shelf.cards))


@dataclass(frozen=True, slots=True)
class LocalOffer:
    """What the municipality itself offers, as its file says; only while it is valid and has been checked."""

    name: str
    for_whom: str
    phone: str
    valid_until: date
    last_checked: date


@dataclass(frozen=True, slots=True)
class LocalLink:
    """A page of the municipality's that staff need: its preparedness plan, or where they notify."""

    name: str
    url: str
    last_checked: date
    adopted: date | None = None


def find(library: Library, asked: str, say: Say) -> list[LibraryCard]:
    """The cards that fit what was typed, best first, FOUND_AT_MOST at most; Danish words find them in any language."""
    wanted = [word for word in _words(asked) if len(word) >= SHORTEST]
    every = [(card, set(_words_of(card, say))) for card in library.cards.values()]
    wanted = [_as_known(word, every) for word in wanted]
    ranked = [(_fit(card, known, wanted, say), card) for card, known in every]
    fits = [(fit, card) for fit, card in ranked if fit > (0, 0)]
    return [card for _, card in sorted(fits, key=lambda one: one[0], reverse=True)][:FOUND_AT_MOST]


def _fit(card: LibraryCard, known: set[str], wanted: Iterable[str], say: Say) -> tuple[int, int]:
    """How many of the words it has, and how many of them in its title."""
    title = set(_words(f"{say(card.title)} {card.title.msgid}"))
    return (
        sum(any(map(_same(word), known)) for word in wanted),
        sum(any(map(_same(word), title)) for word in wanted),
    )


def _same(word: str) -> Callable[[str], bool]:
    """Endings do not count: who types *tolken* finds *tolk*, and the other way round."""
    return lambda other: other.startswith(word) or (len(other) >= SHORTEST and word.startswith(other))


def _as_known(word: str, every: Iterable[tuple[LibraryCard, set[str]]]) -> str:
    """A slip of the thumb as the word that was meant."""
    known = {one for _, words in every for one in words}
    if any(map(_same(word), known)):
        return word
    return next(iter(get_close_matches(word, known, 1, _LIKE)), word)


def _words_of(card: LibraryCard, say: Say) -> Iterator[str]:
    for text in (card.title, card.find):
        yield from _words(f"{say(text)} {text.msgid}")


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    letters = "".join(one for one in plain if not unicodedata.combining(one))
    for pair, one in _PAIRS:
        letters = letters.replace(pair, one)
    return _WORD.findall(letters)
