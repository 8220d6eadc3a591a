"""One .po file as a translator left it: its sentences, and who has reviewed them; it judges none of them."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from gettext import c2py
from pathlib import Path
from typing import Literal

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po

Domain = Literal["staff", "citizen"]
DOMAINS: tuple[Domain, ...] = ("staff", "citizen")
DIRECTORY = Path(__file__).parent
UNREVIEWED = "unreviewed"

Key = tuple[str, str]  # context, and the Danish sentence (the singular one, where there are two)

_CODE = re.compile(r"[a-z]{2,3}")  # as it stands on a button and in a row
_REVIEW = re.compile(r"^#\s*Reviewed-(By|On|Text):[ \t]*(.*?)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Review:
    """By whom, as a role and a place, and when; `holds` while the sentences are those that were reviewed."""

    by: str = ""
    on: date | None = None
    holds: bool = False

    def __str__(self) -> str:
        if not self.by:
            return UNREVIEWED
        return f"reviewed by {self.by} on {self.on}" + ("" if self.holds else ", and changed since then")


def read(path: Path, *, hints: bool = True) -> Catalog:
    """Raises ValueError where it is no .po file of the language that its folder is called after. Without `hints`, which
    are for translators, it takes half the time."""
    try:
        lines = path.read_bytes().splitlines(keepends=True)
        kept = (line for line in lines if hints or not line.startswith((b"#.", b"#:")))
        found = read_po(kept, locale=path.parent.name, charset="utf-8", abort_invalid=True)
    except (PoFileError, LookupError, OSError) as error:  # LookupError: a charset that is none
        raise ValueError(str(error)) from error
    if not _CODE.fullmatch(path.parent.name):
        raise ValueError("its folder must be called after a language, as 'de' or 'ar'")
    if str(found.locale) != path.parent.name:
        raise ValueError(f"its header says that it is '{found.locale or found.locale_identifier}'")
    return found


def messages(catalog: Catalog) -> Iterator[tuple[Key, Message]]:
    """All but the header."""
    for message in catalog:
        if message.id:
            yield (message.context or "", forms_of(message.id)[0]), message


def forms_of(said: object) -> tuple[str, ...]:
    """A sentence's forms: one, or as many as the language counts by."""
    if isinstance(said, str):
        return (said,)
    return tuple(map(str, said)) if isinstance(said, list | tuple) else ("",)


def plural_rule(catalog: Catalog) -> Callable[[int], int]:
    """Which form is said of a number. Raises ValueError where the header's rule has an answer that is no form."""
    try:
        rule: Callable[[int], int] = c2py(catalog.plural_expr)
        right = all(rule(number) in range(catalog.num_plurals) for number in range(1000))
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise ValueError(f"Plural-Forms: {error}") from error
    if not right:
        raise ValueError("Plural-Forms: the rule gives a form that there is not")
    return rule


def review_of(catalog: Catalog) -> Review:
    """As the header's comment says: Reviewed-By, Reviewed-On, and in Reviewed-Text a digest of what was reviewed."""
    told: Mapping[str, str] = dict(_REVIEW.findall(catalog.header_comment))
    by = told.get("By", "")
    try:
        on = date.fromisoformat(told.get("On", ""))
    except ValueError:
        return Review()
    if by in ("", UNREVIEWED):
        return Review()
    return Review(by, on, told.get("Text") == digest(catalog))


def reviewed(catalog: Catalog, review: Review) -> None:
    """Writes a review into the header's comment: of the sentences as they stand now."""
    kept = _REVIEW.sub("", catalog.header_comment).strip().removesuffix("\n#")
    lines = [f"# Reviewed-By: {review.by or UNREVIEWED}"]
    if review.by:
        lines += [f"# Reviewed-On: {review.on}", f"# Reviewed-Text: {digest(catalog)}"]
    catalog.header_comment = "\n".join([*(line for line in kept.splitlines() if line.strip()), *lines, "#"])


def digest(catalog: Catalog) -> str:
    """Of every Danish sentence and what is said for it, whatever their order."""
    said = sorted("\0".join((*key, *forms_of(message.string))) for key, message in messages(catalog))
    return hashlib.sha256("\1".join(said).encode()).hexdigest()[:16]
