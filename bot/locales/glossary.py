"""What a language says in one way only, and words that it never uses: the `glossary.toml` beside its catalogues."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.locales.catalogue import DOMAINS, Domain


@dataclass(frozen=True, slots=True)
class Term:
    """Where a Danish sentence has `da`, the translation has one of `say`; capitals count for nothing."""

    da: str
    say: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Never:
    """The beginning of a word that no sentence may have, or none of one domain, and the reason. It is the whole
    word where a space follows; capitals count for nothing."""

    word: str
    why: str
    only: Domain | None = None


@dataclass(frozen=True, slots=True)
class Glossary:
    terms: dict[Domain, tuple[Term, ...]]
    never: tuple[Never, ...] = ()

    def checks(self, domain: Domain) -> Callable[[str, str], Iterator[str]]:
        """What is asked of each sentence of a domain: its faults, by the Danish and what is said for it."""
        terms = [
            (term, term.da.lower(), [one.lower() for one in term.say]) for term in self.terms.get(domain, ())
        ]
        never = [one for one in self.never if one.only in (None, domain)]
        words = "|".join(f"({_beginning(one.word)})" for one in never)  # a group each: which one it was
        begins = re.compile(rf"(?<!\w){_JOINED}(?:{words})", re.IGNORECASE) if never else None

        def faults(danish: str, said: str) -> Iterator[str]:
            plain, translated = danish.lower(), said.lower()
            for term, da, say in terms:
                if da in plain and not any(one in translated for one in say):
                    yield f"'{term.da}' is said as {' or '.join(map(repr, term.say))}"
            for found in begins.finditer(said) if begins else ():
                one = never[(found.lastindex or 1) - 1]
                yield f"'{one.word.strip()}' is never said: {one.why}"

        return faults


# What Arabic writes together with the word that follows: and, so, with, like, for, the.
_JOINED = "(?:[\u0648\u0641\u0628\u0643\u0644]|\u0627\u0644)*"


def _beginning(word: str) -> str:
    """Of a word; the whole of it where a space follows."""
    return re.escape(word.strip()) + (r"(?!\w)" if word.endswith(" ") else "")


_NEVER: Mapping[str, Domain | None] = {"never": None, "never_to_citizens": "citizen"}


def read(folder: Path) -> Glossary:
    """Empty where there is none. Raises ValueError with what is wrong in it."""
    path = folder / "glossary.toml"
    if not path.exists():
        return Glossary({})
    try:
        data = tomllib.loads(path.read_text("utf-8"))  # TOMLDecodeError is a ValueError
    except OSError as error:
        raise ValueError(str(error)) from error
    if flat := [name for name, table in data.items() if not isinstance(table, dict)]:
        raise ValueError(f"{flat[0]} must be a table")
    if unknown := data.keys() - {*DOMAINS, *_NEVER}:
        raise ValueError(f"{min(unknown)} is not a table that is known here")
    terms = {domain: tuple(_terms(data.get(domain, {}))) for domain in DOMAINS}
    return Glossary(terms, tuple(_never(data)))


def _terms(table: Mapping[str, Any]) -> Iterator[Term]:
    for da, say in table.items():
        if not (isinstance(say, list) and say and all(isinstance(one, str) and one for one in say)):
            raise ValueError(f"what is said for '{da}' must be a list of words")
        yield Term(da, tuple(say))


def _never(data: Mapping[str, Any]) -> Iterator[Never]:
    for table, only in _NEVER.items():
        for word, why in data.get(table, {}).items():
            if not (isinstance(why, str) and why):
                raise ValueError(f"why '{word}' is never said must stand beside it")
            yield Never(word, why, only)
