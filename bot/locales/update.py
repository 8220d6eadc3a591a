"""Takes the flow files' sentences into the catalogues (`make words`), or with --check says what is missing."""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from bot.locales.words import DIRECTORY, SOURCE, problems_of

FLOWS = DIRECTORY.parent / "flows"


def template() -> Catalog:
    """All sentences, in the order of the files."""
    made = Catalog(project="Opspor", charset="utf-8", fuzzy=False)
    found = extract_from_dir(str(FLOWS), method_map=[("*.toml", "opspor_flow")])
    for file, _line, message, comments, context in found:
        made.add(message, locations=[(f"bot/flows/{file}", 0)], auto_comments=comments, context=context)
    return made


def updated(path: Path, sentences: Catalog) -> Catalog:
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.stem)
    catalog.update(sentences, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def main(arguments: list[str]) -> int:
    sentences = template()
    status = 0
    for path in sorted(DIRECTORY.glob("*.po")):
        if path.stem == SOURCE:
            continue
        catalog = updated(path, sentences)
        if "--check" not in arguments:
            with path.open("wb") as file:
                write_po(file, catalog, width=0, omit_header=False, include_lineno=False)
        problems = problems_of(catalog)
        sys.stdout.write(f"{path.name}: {len(catalog)} sentences, {len(problems)} problems\n")
        for problem in problems:
            sys.stdout.write(f"  {problem}\n")
        status |= bool(problems)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
