"""What a language says in one way only, and words that it never uses: the `glossary.toml` beside its catalogues."""

import re
import tomllib
from collections.abc import Iterator
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
    """The beginning of a word that no sentence may have, or none of one domain, and the reason."""

    word: str
    why: str
    only: str = ""


@dataclass(frozen=True, slots=True)
class Glossary:
    terms: dict[Domain, tuple[Term, ...]]
    never: tuple[Never, ...] = ()


def read(folder: Path) -> Glossary:
    """Empty where there is none. Raises ValueError with what is wrong in it."""
    path = folder / "glossary.toml"
    if not path.exists():
        return Glossary({})
    data = tomllib.loads(path.read_text("utf-8"))  # TOMLDecodeError is a ValueError
    if unknown := data.keys() - {*DOMAINS, "never"}:
        raise ValueError(f"{min(unknown)} is not a table that is known here")
    terms = {domain: tuple(_term(one) for one in data.get(domain, ())) for domain in DOMAINS}
    never = (
        Never(_word(one, "word"), _word(one, "why"), one.get("only", "")) for one in data.get("never", ())
    )
    return Glossary(terms, tuple(never))


def _term(table: dict[str, Any]) -> Term:
    say = tuple(table.get("say", ()))
    if not say or not all(isinstance(one, str) and one for one in say):
        raise ValueError(f"'say' of '{table.get('da', '')}' must be a list of words")
    return Term(_word(table, "da"), say)


def _word(table: dict[str, Any], key: str) -> str:
    found = table.get(key)
    if not isinstance(found, str) or not found:
        raise ValueError(f"a table lacks '{key}'")
    return found


def faults(glossary: Glossary, domain: Domain, danish: str, said: str) -> Iterator[str]:
    plain, translated = danish.lower(), said.lower()
    for term in glossary.terms.get(domain, ()):
        if term.da.lower() in plain and not any(one.lower() in translated for one in term.say):
            yield f"'{term.da}' is said as {' or '.join(repr(one) for one in term.say)}"
    for never in glossary.never:
        if never.only in ("", domain) and re.search(rf"(?<!\w){re.escape(never.word)}", said):
            yield f"'{never.word}' is never said: {never.why}"
