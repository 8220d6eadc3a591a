"""The differences between two versions of the flows as lines that a professional can read, in Danish; it finds none."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from bot.flows import against, loader
from bot.flows.against import Change, Differences, Gone, Say, Told

NOTHING = "Intet kort er væk, og ingen pligt, hastegrad eller overlevering bliver en anden."
UNLIKE = "De to versioner er så forskellige, at kun de korteste samtaler er sammenlignet."

_GONE = {
    "flow": "samtalen findes ikke mere; den, der er midt i den, får det at vide",
    "entry": "indgangen «{code}» findes ikke mere; den, der begyndte der, begynder ved den første",
    "card": "kortet «{code}» findes ikke mere; den, der står på det, begynder forfra",
    "view": "visningen «{code}» findes ikke mere; den, der ser den, kommer tilbage til sit kort",
    "question": "spørgsmålet «{code}» stilles ikke mere; den, der har svaret på det, begynder forfra",
    "answer": "svaret {code} kan ikke gives mere; den, der har givet det, begynder forfra",
}
_WHAT = {
    "duty_card": "underretningskortet",
    "reminder": "påmindelsen om underretning",
    "urgency": "hastegraden",
    "path": "overleveringen",
    "result": "resultatet",
    "stored": "det, der gemmes",
    "answer": "svaret",
    "end": "slutningen",
}
_VALUES = {
    "duty_card": {"met": "bliver vist", "not_met": "bliver ikke vist"},
    "reminder": {"left": "efterlades", "none": "efterlades ikke"},
    "stored": {"": "intet"},
    "answer": {"": "kan ikke gives der"},
    "end": {"reached": "nås", "never_reached": "nås aldrig"},
}


def lines(found: Differences, say: Say = lambda text: text.msgid) -> list[str]:
    """What is gone, then each kind of change with how many conversations it is in and the shortest of them."""
    told = [line for gone in found.gone for line in _gone(gone, say)]
    for _, alike in groupby(found.changes, key=lambda change: (change.flow, change.example)):
        told += _changes(list(alike), say)
    if not found.complete:
        told.append(UNLIKE)
    return told or [NOTHING]


def _gone(gone: Gone, say: Say) -> Iterator[str]:
    words = f" ({_short(say(gone.words))})" if gone.words else ""
    yield f"{gone.flow}: {_GONE[gone.kind].format(code=gone.code)}{words}"


def _changes(changes: Sequence[Change], say: Say) -> Iterator[str]:
    """Those that one conversation shows."""
    for change in changes:
        values = _VALUES.get(change.what, {})
        before, after = (values.get(value, value) for value in (change.before, change.after))
        count = "1 samtale" if change.count == 1 else f"{change.count:,} samtaler".replace(",", ".")
        yield f"{change.flow}: {_WHAT[change.what]}: {before} → {after}, i {count}{_where(change)}"
    yield "   Den korteste samtale, der viser det:"
    for number, one in enumerate(changes[0].example, 1):
        yield f"{number:3}. {_told(one, say)}"


def _where(change: Change) -> str:
    facts = " med svar, som kun den nye version spørger om eller tager imod" if change.new_facts else ""
    old, new = change.cards
    return f"{facts}; hvor kortet «{old}» kom før, kommer nu «{new}»" if old else facts


def _told(one: Told, say: Say) -> str:
    pressed = " ".join((*(f"[{say(label)}]" for label in one.labels), *one.codes)) or "[intet valgt]"
    return f"{_short(say(one.asks))}  →  {pressed}" if one.asks else pressed


def _short(text: str) -> str:
    last = text.split("\n")[-1]
    return last if len(last) <= 90 else last[:89] + "…"


def since(old: Path, new: Path) -> list[str]:
    """What changes for whom from one directory to another. Raises FlowError where one of them cannot be read."""
    return lines(against.differences(against.read(old), loader.load(new)))
