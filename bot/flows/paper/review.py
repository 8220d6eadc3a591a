"""For whoever reads a translation through: every sentence with the Danish beside it, and room for a better one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from bot.flows.declared import Say
from bot.flows.paper.captions import Captions
from bot.flows.paper.occasions import in_words
from bot.flows.paper.sheet import Sheet, name_of_card
from bot.model import Guard, State, Text


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read through: a language by its code and its name, how it says a text, who has reviewed it, and the notes
    of whoever chose the words."""

    code: str
    name: str
    right_to_left: bool
    say: Say
    status: str
    notes: str


@dataclass(frozen=True, slots=True)
class Row:
    where: str
    text: Text


def rows(sheets: Iterable[Sheet], others: Iterable[Text], aloud: bool) -> list[Row]:
    """Each sentence once, on the first card that says it: those for the citizen, or all the others; then those that
    stand on no card, by their context."""
    found: dict[Text, Row] = {}
    for sheet in sheets:
        for state in {
            id(one): one for one in (*sheet.flow.states.values(), *sheet.flow.views.values())
        }.values():
            for text, when in _texts(state, aloud):
                if text.context:
                    found.setdefault(text, Row(_where(sheet, state, when), text))
    for text in others:
        found.setdefault(text, Row(escape(text.context), text))
    return list(found.values())


def _texts(state: State, aloud: bool) -> Iterator[tuple[Text, Sequence[Guard]]]:
    for line in (*state.lines, *state.why, *state.words):
        if line.aloud == aloud:
            yield line.text, line.when
    if not aloud:
        yield from ((choice.label, choice.when) for choice in state.choices)
        if state.moves is not None:
            yield state.moves, ()


def _where(sheet: Sheet, state: State, when: Sequence[Guard]) -> str:
    only = in_words(when, sheet.flow, sheet.numbers, sheet.say, sheet.captions) if when else ""
    said = f"{sheet.captions['paper.only_when']} {only}" if only else ""
    return f"<b>{name_of_card(sheet, state)}</b>{f'<br><i>{escape(said)}</i>' if said else ''}"


def section(reading: Reading, parts: Mapping[str, Sequence[Row]], captions: Captions) -> str:
    """`parts` are rows by the caption that heads them."""
    caption = {name.removeprefix("review."): escape(said) for name, said in captions.items()}
    how = "".join(f"<li>{caption[name]}</li>" for name in ("how_alone", "how_mark", "how_sign"))
    notes = "".join(f"<li>{escape(line)}</li>" for line in _notes(reading.notes))
    chosen = f"<h3>{caption['choices']}</h3><ul>{notes}</ul>" if notes else ""
    tables = "".join(
        f"<h3>{caption[name]}</h3>{_table(reading, rows, caption)}" for name, rows in parts.items()
    )
    return (
        f'<section class="review"><h2>{caption["title"].format(language=escape(reading.name))}</h2>'
        f"<p><b>{caption['status']}:</b> {escape(reading.status)}</p><ul>{how}</ul>{chosen}{tables}"
        f'<p class="signed">{caption["signed"]}: ______________________________</p></section>'
    )


def _notes(notes: str) -> Iterator[str]:
    """The file's own lines, its heading and the marks of a list left out; a line that goes on is one with the first."""
    joined = notes.replace("\n  ", " ").splitlines()
    yield from (
        line.removeprefix("- ").strip() for line in joined if line.strip() and not line.startswith("#")
    )


def _table(reading: Reading, rows: Sequence[Row], caption: Mapping[str, str]) -> str:
    columns = ("translation", "danish", "fine", "better")
    head = "".join(f"<th>{caption[name]}</th>" for name in columns)
    body = "".join(_row(number, reading, row) for number, row in enumerate(rows, 1))
    return f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>"


def _row(number: int, reading: Reading, row: Row) -> str:
    direction = ' dir="rtl"' if reading.right_to_left else ""
    said, danish = (
        _paragraphs(reading.say(row.text)),
        _paragraphs("\n".join(filter(None, (row.text.msgid, row.text.many)))),
    )
    return (
        f'<tr><td class="where">{number}. {row.where}</td><td lang="{reading.code}"{direction}>{said}</td>'
        f'<td lang="da">{danish}</td><td class="fine"></td><td class="better"></td></tr>'
    )


def _paragraphs(said: str) -> str:
    return "<br>".join(map(escape, said.split("\n")))
