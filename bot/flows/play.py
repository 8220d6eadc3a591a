"""Drives the engine from a terminal, and gives what was played as a transcript for the tests; it stores nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TextIO

from bot import derived, engine
from bot.model import Answers, Button, Card, Event, Flow, Screen, Session, Step, Text

Show = Callable[[Card], Screen]
Say = Callable[[Text], str]

QUIT = "q"
_ASK = "Number or code (q ends): "
_AGAIN = "That is not on this card. Type the number or the code of a line above, or q to end."
_NOTES = {
    "first": "(this is the first card)",
    "sealed": "(what was sent stands; back does not cross it)",
    "aside": "(noted; the question that was interrupted is asked again)",
    "asked": "(a call from the key person is asked for)",
    "withdrawn": "(the referral is withdrawn)",
}


@dataclass(frozen=True, slots=True)
class Played:
    """Where a conversation stands, its transcript so far, the marks it met, and its presses as the tests count
    them: toggles and stop are none."""

    session: Session
    transcript: tuple[str, ...]
    marks: frozenset[str] = frozenset()
    presses: int = 0
    ended: bool = False


def play(flow: Flow, entry: str, show: Show, say: Say, *, lines: TextIO, out: TextIO) -> None:
    """One conversation: read from `lines`, write to `out`, until it ends, `q`, or nothing more comes."""
    played = Played(engine.begin(flow, entry, turn=1), (f"# {flow.name}, {entry}", ""))
    while True:
        card = engine.card(flow, played.session)
        screen = show(card)
        played = replace(
            played,
            transcript=(*played.transcript, *seen(screen)),
            marks=played.marks | card.marks,
        )
        _write(card, screen, say, out)
        button = None if played.ended else _read(card, lines, out)
        if button is None:
            break
        played = _press(flow, played, button, out)
    _close(played, out)


def _press(flow: Flow, played: Played, button: Button, out: TextIO) -> Played:
    turn = played.session.turn
    step = engine.step(flow, played.session, Event("press", button.code, chat=0, turn=turn))
    _tell(step, out)
    toggled = "." in button.code and step.session.turn == turn
    return replace(
        played,
        session=step.session,
        transcript=(*played.transcript, f"* {button.code}", ""),
        presses=played.presses + (not toggled and button.code != "stop"),
        ended=step.ended,
    )


def _tell(step: Step, out: TextIO) -> None:
    if step.note in _NOTES:
        out.write(f"{_NOTES[step.note]}\n")
    for deed in step.does:
        out.write(f"(the bot would now store: {deed})\n")


# --- the card in the terminal ------------------------------------------------------------------------


def _write(card: Card, screen: Screen, say: Say, out: TextIO) -> None:
    out.write(f"\n{'─' * 72}\n{screen.text}\n\n")
    for number, button in enumerate(card.choices, 1):
        tick = "✓ " if button.ticked else ""
        out.write(f"{number:3}  {tick}{say(button.label)}  ({button.code})\n")
    controls = "  ".join(f"{button.code} [{say(button.label)}]" for button in _playable(card))
    out.write(f"     {controls}\n" if controls else "")


def _playable(card: Card) -> Sequence[Button]:
    """The controls that the engine knows; one with a colon is the house's, and there is no house here."""
    return [button for button in card.controls if ":" not in button.code]


def _read(card: Card, lines: TextIO, out: TextIO) -> Button | None:
    """The button that was meant; None for `q` and where nothing more comes."""
    offered = {button.code: button for button in (*card.choices, *_playable(card))}
    offered |= {str(number): button for number, button in enumerate(card.choices, 1)}
    while True:
        out.write(_ASK)
        out.flush()
        line = lines.readline()
        typed = line.strip()
        if not line or typed == QUIT:
            out.write("\n")
            return None
        if typed in offered:
            return offered[typed]
        out.write(f"{_AGAIN}\n")


# --- the transcript ----------------------------------------------------------------------------------


def seen(screen: Screen) -> list[str]:
    """A card in the notation of tests/transcripts: `<` is shown, `[ ]` can be pressed."""
    text = [f"< {line}" if line else "<" for line in screen.text.split("\n")]
    return [*text, *("  " + " ".join(f"[{label}]" for label, _ in row) for row in screen.rows)]


def _close(played: Played, out: TextIO) -> None:
    """The transcript, what follows from the answers, and the answers as a scenario's facts."""
    answers = played.session.answers
    out.write(f"\n{'═' * 72}\n")
    for line in (*played.transcript, "", *_follows(answers, played)):
        out.write(f"{line}\n")
    out.write(f"\nfacts = {_facts(answers)}\n")


def _follows(answers: Answers, played: Played) -> Sequence[str]:
    return (
        f"= marks {', '.join(sorted(played.marks))}",
        f"= result {derived.result(answers)}, level {derived.proposed_level(answers)},"
        f" urgency {derived.urgency(answers)}, path {derived.path(answers)},"
        f" reminder {'yes' if derived.duty_is_open(answers) else 'no'}, presses {played.presses}",
    )


def _facts(answers: Answers) -> str:
    """An inline table of TOML, as bot/flows/scenarios has them."""
    given = (
        f'{question} = "{value}"' if isinstance(value, str) else f"{question} = [{_quoted(value)}]"
        for question, value in answers.items()
    )
    return f"{{ {', '.join(given)} }}" if answers else "{}"


def _quoted(keys: Sequence[str]) -> str:
    return ", ".join(f'"{key}"' for key in keys)
