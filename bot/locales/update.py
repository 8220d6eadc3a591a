"""Takes the flow files' sentences into the catalogues (`make words`); with --check it only says what is wrong."""

import argparse
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from bot.locales import faults, glossary
from bot.locales.catalogue import (
    DIRECTORY,
    DOMAINS,
    Domain,
    Key,
    Review,
    messages,
    plural_rule,
    read,
    review_of,
    reviewed,
)
from bot.locales.extract import FLOWS, every


def template(domain: Domain) -> Catalog:
    """All Danish sentences of a domain, in the order of the files."""
    made = Catalog(project="Opspor", charset="utf-8", fuzzy=False)
    found = extract_from_dir(
        str(FLOWS), method_map=[("**.toml", "opspor_flow")], options_map={"**.toml": {"domain": domain}}
    )
    for file, _line, message, comments, context in found:
        made.add(message, locations=[(f"bot/flows/{file}", 0)], auto_comments=comments, context=context)
    return made


def needed(domain: Domain) -> dict[Key, int]:
    return {(one.context, one.msgid): one.room for one in every() if one.domain == domain}


def updated(path: Path, sentences: Catalog) -> Catalog:
    """As it is, with new sentences open, and without those that nothing says any more. Raises ValueError."""
    catalog = read(path)
    before, created = {key for key, _ in messages(catalog)}, catalog.creation_date
    catalog.update(sentences, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    if before == {key for key, _ in messages(catalog)}:
        catalog.creation_date = created  # nothing is new: the file stays as it was
    return catalog


def catalogues() -> Iterator[tuple[Path, Domain]]:
    for folder in sorted(DIRECTORY.iterdir()):
        yield from ((folder / f"{one}.po", one) for one in DOMAINS if (folder / f"{one}.po").exists())


def main(arguments: list[str]) -> int:
    asked = _asked(arguments)
    templates = {domain: template(domain) for domain in DOMAINS}
    status = 0
    for path, domain in catalogues():
        name = f"{path.parent.name}/{path.name}"
        try:
            catalog, terms = updated(path, templates[domain]), glossary.read(path.parent)
            plural_rule(catalog)
        except ValueError as error:
            sys.stdout.write(f"{name}: {error}\n")
            status = 1
            continue
        found = list(faults.of(catalog, domain, terms, needed(domain)))
        if (path.parent.name, domain) == asked.reviewed and not found:
            reviewed(catalog, Review(asked.by, asked.on))
        if not asked.check:
            with path.open("wb") as file:
                write_po(file, catalog, width=0, omit_header=False, include_lineno=False)
        sys.stdout.write(f"{name}: {len(catalog)} sentences, {len(found)} problems, {review_of(catalog)}\n")
        sys.stdout.writelines(f"  {fault}\n" for fault in found)
        status |= bool(found)
    return status


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make words", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument(
        "--reviewed", metavar="LANGUAGE/DOMAIN", type=_catalogue, help="note a review of it as it stands now"
    )
    parser.add_argument("--by", help="the reviewer's role and place, never a name")
    parser.add_argument("--on", type=date.fromisoformat, help="the day of the review, as 2026-11-27")
    asked = parser.parse_args(arguments)
    if len({bool(asked.reviewed), bool(asked.by), bool(asked.on)}) > 1:
        parser.error("--reviewed, --by and --on belong together")
    if asked.reviewed and asked.check:
        parser.error("--check writes nothing, and a review is to be written")
    if asked.reviewed and (asked.on > date.today() or not asked.by.isprintable()):  # noqa: DTZ011
        parser.error("--on is a day that has been, and --by one line")
    return asked


def _catalogue(named: str) -> tuple[str, str]:
    known = {f"{path.parent.name}/{domain}": (path.parent.name, domain) for path, domain in catalogues()}
    if named not in known:
        raise argparse.ArgumentTypeError(f"'{named}' is not one of {', '.join(known)}")
    return known[named]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
