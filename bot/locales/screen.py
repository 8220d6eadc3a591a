"""From a card in codes and msgids to a screen in the reader's language: paragraphs, quotes, rows of buttons."""

from collections.abc import Iterator, Mapping, Sequence

from bot.locales.words import Words
from bot.model import Button, Card, Line, Screen

TICK = "✓ "
_QUOTES = {"da": "«{}»", "en": "“{}”"}
_BULLETS = ("•", "–")

# How much text a row of buttons takes on a telephone of 360 px before labels are cut.
_CHOICE_ROW = 24
_CONTROL_ROW = 25


def screen(
    words: Words, card: Card, language: str, values: Mapping[str, str], *, turn: int = 0, silent: bool = False
) -> Screen:
    """`turn` goes before each code that does not bring its own, as those of notices do ("0:open.ab12")."""
    merged = {**values, **card.values}
    paragraphs = [(line, words.say(line.text, language, merged)) for line in card.lines]
    text = _joined([_spoken(line, said, language) for line, said in paragraphs if said])
    choices = [_labelled(words, button, language, merged, turn) for button in card.choices]
    controls = [_labelled(words, button, language, merged, turn) for button in card.controls]
    # A neutral card must look like any other list of buttons, not like ours.
    below = _rows(controls, 2, 2 * _CONTROL_ROW) if "neutral" in card.marks else _grouped(controls)
    rows = (*_rows(choices, 2, _CHOICE_ROW), *below)
    return Screen(text, tuple(rows), silent=silent)


def _spoken(line: Line, said: str, language: str) -> str:
    return _QUOTES.get(language, "“{}”").format(said) if line.aloud else said


def _joined(paragraphs: Sequence[str]) -> str:
    text = ""
    for paragraph in paragraphs:
        gap = "\n" if paragraph.startswith(_BULLETS) else "\n\n"
        text += (gap if text else "") + paragraph
    return text


def _labelled(
    words: Words, button: Button, language: str, values: Mapping[str, str], turn: int
) -> tuple[str, str]:
    label = words.say(button.label, language, values)
    data = button.code if ":" in button.code else f"{turn}:{button.code}"
    return (TICK + label if button.ticked else label), data


# Where a thumb finds them on every card: what moves on, what looks around, what must always be there.
_GROUPS = (
    ("next", "done", "undo", "withdraw", "resume", "notify", "ask"),
    ("copy",),
    ("back", "why", "show"),
)


def _grouped(controls: Sequence[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], ...]]:
    named = [(data.partition(":")[2].partition(".")[0], (label, data)) for label, data in controls]
    for group in _GROUPS:
        yield from _rows([button for name, button in named if name in group], 3, 30)
    known = {name for group in _GROUPS for name in group}
    yield from _rows([button for name, button in named if name not in known], 4, _CONTROL_ROW)


def _rows(buttons: Sequence[tuple[str, str]], most: int, width: int) -> Iterator[tuple[tuple[str, str], ...]]:
    """Short labels share a row, long ones have their own; the order is kept."""
    row: list[tuple[str, str]] = []
    for button in buttons:
        if row and (len(row) == most or sum(len(label) for label, _ in (*row, button)) > width):
            yield tuple(row)
            row = []
        row.append(button)
    if row:
        yield tuple(row)
