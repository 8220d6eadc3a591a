"""The papers on data protection say what the house is: each table, column and message, figures from the code."""

import ast
import re
import string
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
import telegram
from typer.testing import CliRunner

from bot import papers, privacy
from bot.__main__ import app
from bot.errors import ConfigError
from bot.flows import loader
from bot.model import Notice
from bot.municipality import EXAMPLE
from bot.municipality import read as read_municipality
from bot.outcome import Outcome
from bot.privacy import answers, rows, wording
from bot.transport.receive import ALLOWED_UPDATES

ROOT = Path(__file__).parent.parent
TOWN = read_municipality(EXAMPLE)
CONTENT = loader.load(unverified=True)
LANGUAGES = ("da", "en")
ANEW = "run `make privacy` (or `opspor privacy --directory docs`), read what changed, and commit it"


@cache
def written(language: str) -> str:
    return papers.paper(TOWN, language)


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def methods_that_are_called() -> set[str]:
    """By name over the wire, or through one of the library's own functions; its `initialize` asks getMe."""
    known = {camel(name) for name in dir(telegram.Bot) if "_" in name.strip("_") and not name.startswith("_")}
    found = {"getMe"}
    for file in sorted((ROOT / "bot" / "transport").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            awaited = node.value if isinstance(node, ast.Await) else None
            if isinstance(awaited, ast.Call) and isinstance(awaited.func, ast.Attribute):
                found |= {camel(awaited.func.attr)} & known
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "call":
                found |= {str(one.value) for one in node.args if isinstance(one, ast.Constant)}
    return found


def what_there_is() -> Iterator[str]:
    """The name of every sentence that the house itself asks for."""
    for table in rows.tables():
        yield from (f"table.{table}.{about}" for about in ("title", "whom", "why", "kept", "seen"))
        yield from (f"table.{table}.column.{column.name}" for column in rows.columns(table))
    yield from (f"kind.{kind}" for kind in (*(name for _, name in rows._KINDS), "number"))
    yield from (f"notice.{kind}" for kind in get_args(get_type_hints(Notice)["kind"]))
    yield from (f"update.{kind}" for kind in ALLOWED_UPDATES)
    yield from (f"method.{name}" for name in methods_that_are_called())
    yield from (f"code.{name}.{code}" for name, codes in answers.found_out().items() for code in codes)
    silent = lambda text: text.msgid  # noqa: E731
    asked = (
        *answers.in_an_outcome(CONTENT.flows, silent),
        *answers.only_while_talking(CONTENT.flows, silent),
    )
    yield from (f"question.{one.question}" for one in asked if not one.put)


# --- nothing is missing, nothing is left over --------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_column_message_method_and_code_is_described_and_nothing_that_is_gone(
    language: str,
) -> None:
    there_is = set(what_there_is())
    groups = {name.partition(".")[0] for name in there_is}
    described = {name for name in privacy.read(language) if name.partition(".")[0] in groups}
    assert len(there_is) > 230
    missing, gone = sorted(there_is - described), sorted(described - there_is)
    assert not missing, f"bot/privacy/{language}.toml does not describe {', '.join(missing)}; then {ANEW}"
    assert not gone, f"bot/privacy/{language}.toml describes what is gone: {', '.join(gone)}; then {ANEW}"


def test_a_language_says_all_that_the_others_say() -> None:
    assert privacy.languages() == LANGUAGES
    one, other = (set(privacy.read(language)) for language in LANGUAGES)
    assert one ^ other == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_stored_copy_is_what_the_code_writes_now(language: str) -> None:
    kept = ROOT / "docs" / f"privacy.{language}.md"
    assert kept.is_file() and kept.read_text("utf-8") == written(language), (
        f"{kept.name} is out of date: {ANEW}"
    )


def test_every_column_of_an_outcome_is_explained_by_a_question_or_a_rule() -> None:
    asked = {one.question for one in answers.in_an_outcome(CONTENT.flows, lambda text: text.msgid)}
    said_in_the_columns = {
        "week",
        "unit",
        "accepted",
        "reached",
        "hours_to_open",
        "hours_to_accept",
        "hours_to_reach",
    }
    assert asked | set(answers.found_out()) | said_in_the_columns == {field.name for field in fields(Outcome)}
    assert "red_flags" not in asked and "honour" not in asked and "danger" not in asked


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_has_the_label_of_a_button(language: str) -> None:
    assert privacy.read(language)["asked.no_label"] not in written(language)


def test_what_a_paper_has_no_sentence_for_is_named_and_no_paper_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = {
        name: sentence for name, sentence in privacy.read("da").items() if name != "table.staff.column.name"
    }
    monkeypatch.setattr(privacy, "read", lambda language: said)
    with pytest.raises(ConfigError, match=r"say nothing of 'table\.staff\.column\.name' in 'da'"):
        papers.paper(TOWN, "da")


# --- figures come from the code ----------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_figure_is_typed_into_the_words_but_those_of_the_law(language: str) -> None:
    said = privacy.read(language)
    assert [
        name for name, sentence in said.items() if re.search(r"\d", sentence) and "risk.law" not in name
    ] == []


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_a_figure_that_one_language_says_the_other_says_too() -> None:
    one, other = (privacy.read(language) for language in LANGUAGES)
    assert sum(bool(placeholders(sentence)) for sentence in one.values()) > 20
    assert [name for name in one if placeholders(one[name]) != placeholders(other[name])] == []


def test_another_time_limit_in_the_code_is_another_sentence_in_the_paper() -> None:
    facts = papers.facts(TOWN, "da", CONTENT)
    for name in facts.spans:
        changed = replace(facts, spans={**facts.spans, name: timedelta(minutes=41)})
        said = privacy.document(privacy.read("da"), changed, CONTENT.flows, lambda text: text.msgid)
        assert "41 minutter" in said, name


def test_the_municipalitys_own_file_is_in_it() -> None:
    clock = TOWN.clock.model_copy(
        update={"standard": TOWN.clock.standard.model_copy(update={"accepted": 17 * 60})}
    )
    made = papers.paper(TOWN.model_copy(update={"name": "Nabokøbing Kommune", "clock": clock}), "da")
    assert "Nabokøbing Kommune er dataansvarlig" in made and "17 timer i åbningstiden" in made
    assert "Eksempelby Kommune" not in made


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(hours=48), "48 hours"),
        (timedelta(days=7), "7 days"),
        (timedelta(days=5 * 365 + 2), "5 years"),
        (timedelta(days=400), "400 days"),
    ],
)
def test_a_span_is_said_as_people_say_it(length: timedelta, said: str) -> None:
    assert wording.span(privacy.read("en"), length) == said


# --- as it reads -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_paper_has_no_open_placeholder_no_table_and_no_heading_without_anything_under_it(
    language: str,
) -> None:
    lines = written(language).splitlines()
    assert len(lines) > 600
    assert not [line for line in lines if re.search(r"[{}<>]|^\||\bNone\b", line)]
    heads = [line.partition(" ")[0] for line in lines if line and not line.startswith("  ")]
    pairs = pairwise(heads)
    assert not [
        pair for pair in pairs if pair[0].startswith("#") and len(pair[1]) <= len(pair[0]) and "#" in pair[1]
    ]


def test_it_says_of_every_sealed_field_that_it_is_encrypted_and_of_no_other() -> None:
    sealed = {held.name for table in rows.tables() for held in rows.columns(table) if held.kind == "sealed"}
    found = re.findall(r"^- `(\w+)`: .* \*\(krypteret\)\*$", written("da"), re.MULTILINE)
    assert set(found) == sealed == {"chat", "name", "phone", "read"}
    assert len(found) == 7


# --- the command -------------------------------------------------------------------------------------


def test_the_command_prints_danish_and_writes_every_language_into_a_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPSPOR_MUNICIPALITY", raising=False)
    assert CliRunner().invoke(app, ["privacy"]).stdout == written("da")
    assert CliRunner().invoke(app, ["privacy", "--language", "en"]).stdout == written("en")
    assert CliRunner().invoke(app, ["privacy", "--directory", str(tmp_path)]).exit_code == 0
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == {
        f"privacy.{language}.md": written(language) for language in LANGUAGES
    }


def test_a_language_or_a_directory_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"not written in 'fo'; there is da, en"):
        papers.paper(TOWN, "fo")
    with pytest.raises(ConfigError, match=r"--directory cannot be written to"):
        papers.write(TOWN, ["da"], tmp_path / "nowhere")
