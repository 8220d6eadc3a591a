"""From a card in codes and msgids to a screen in the reader's language: paragraphs, quotes, rows of buttons."""

from collections.abc import Iterator, Mapping, Sequence

from bot.locales.direction import RIGHT_TO_LEFT, stand
from bot.locales.words import Words
from bot.model import Button, Card, Screen

TICK = "✓ "
_QUOTES = {"da": "«{}»", "de": "„{}“", "en": "“{}”"}
_BULLETS = ("•", "–")

# How much text a row of buttons takes on a telephone of 360 px before labels are cut.
_CHOICE_ROW = 24
_CONTROL_ROW = 25


def screen(
    words: Words, card: Card, language: str, values: Mapping[str, str], *, turn: int = 0, silent: bool = False,
    tongue: str = "",
) -> Screen:  # fmt: skip
    """`turn` goes before each code that does not bring its own, as those of notices do ("0:open.ab12"). `tongue` is the
    citizen's language, for a sentence that is shown to her or him; without it the reader's own."""
    language = words.usable(language)
    merged = {**values, **card.values}
    paragraphs = list(_paragraphs(words, card, language, merged, tongue or language))
    text = "\n\n".join(paragraphs) if card.showing else _joined(paragraphs)
    choices = [_labelled(words, button, language, merged, turn) for button in card.choices]
    controls = [_labelled(words, button, language, merged, turn) for button in card.controls]
    # A neutral card must look like any other list of buttons, not like ours.
    groups = _WHILE_SHOWING if card.showing else _GROUPS
    below = _rows(controls, 2, 2 * _CONTROL_ROW) if "neutral" in card.marks else _grouped(controls, groups)
    rows = (*_rows(choices, 2, _CHOICE_ROW), *below)
    return Screen(text, tuple(rows), silent=silent)


def _paragraphs(
    words: Words, card: Card, language: str, values: Mapping[str, str], tongue: str
) -> Iterator[str]:
    """What is shown to the citizen stands alone above everything else, and what it means below it, where it stands in
    another language than the employee's."""
    lines = card.lines
    if card.showing:
        yield stand(words.show(lines[0].text, tongue), tongue)
        lines = lines[1:] if tongue == language else lines
    for line in lines:
        said = words.say(line.text, language, values)
        if said:
            aloud = line.aloud and not said.startswith(_BULLETS)
            yield stand(quoted(said, language) if aloud else said, language)


def quoted(said: str, language: str) -> str:
    """In the language's own quotation marks."""
    return _QUOTES.get(language, "“{}”").format(said)


def _joined(paragraphs: Sequence[str]) -> str:
    text = ""
    for paragraph in paragraphs:
        gap = "\n" if paragraph.lstrip(RIGHT_TO_LEFT).startswith(_BULLETS) else "\n\n"
        text += (gap if text else "") + paragraph
    return text


def _labelled(
    words: Words, button: Button, language: str, values: Mapping[str, str], turn: int
) -> tuple[str, str]:
    label = stand(words.say(button.label, language, values), language)
    data = button.code if ":" in button.code else f"{turn}:{button.code}"
    return (TICK + label if button.ticked else label), data


# Where a thumb finds them on every card: what moves on, what looks around, what must always be there.
_GROUPS = (
    ("next", "done", "undo", "withdraw", "resume", "notify", "ask"),
    ("copy",),
    ("back", "why", "show"),
    ("card",),
)
_WHILE_SHOWING = (("show", "more"), ("back",))


def _grouped(
    controls: Sequence[tuple[str, str]], groups: Sequence[tuple[str, ...]]
) -> Iterator[tuple[tuple[str, str], ...]]:
    named = [(data.partition(":")[2].partition(".")[0], (label, data)) for label, data in controls]
    for group in groups:
        yield from _rows([button for name, button in named if name in group], 3, 30)
    known = {name for group in groups for name in group}
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
