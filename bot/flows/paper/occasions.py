"""In words, when a guarded line applies, for a reader of paper; it decides nothing."""

from collections.abc import Iterable, Mapping

from bot.flows.declared import Say
from bot.flows.paper.captions import Captions
from bot.flows.vocabulary import MANY, QUESTIONS
from bot.model import Flow, Guard, Text


def in_words(
    guards: Iterable[Guard], flow: Flow, numbers: Mapping[str, str], say: Say, captions: Captions
) -> str:
    """The guards of one line as half a sentence that follows "only when"."""
    joint = f"{captions['paper.and']} "
    return joint.join(_guard(guard, flow, numbers, say, captions) for guard in guards)


def _guard(guard: Guard, flow: Flow, numbers: Mapping[str, str], say: Say, captions: Captions) -> str:
    """Its own caption, or the card and the answers it looks at, or at least what the code calls it."""
    if f"when.{guard.name}" in captions:
        return captions[f"when.{guard.name}"]
    if len(guard.reads) == 1:
        found = _answer(guard, next(iter(guard.reads)), flow, numbers, say, captions)
        if found:
            return found
    return (guard.holds.__doc__ or guard.name.replace("_", " ")).strip().rstrip(".")


def _answer(
    guard: Guard, question: str, flow: Flow, numbers: Mapping[str, str], say: Say, captions: Captions
) -> str:
    labels = _labels(flow, question)
    cards = [
        numbers[name]
        for name, state in flow.states.items()
        if any(choice.question == question for choice in state.choices) and state.question == question
    ]
    many = question in MANY
    fits = {key: guard({question: (key,) if many else key}) for key in QUESTIONS[question] if key in labels}
    yes, no = ([labels[key] for key, fit in fits.items() if fit is wanted] for wanted in (True, False))
    if not cards or not yes:
        return ""
    # Three answers and more are said the other way round where that is shorter.
    name, answers = ("answered_not", no) if not many and len(yes) > 2 >= len(no) > 0 else ("answered_on", yes)
    either = f" {captions['paper.or']} "
    said = either.join(captions["paper.quoted"].format(text=say(answer)) for answer in answers)
    return captions[f"paper.{'ticked' if many else name}"].format(card=either.join(cards), answers=said)


def _labels(flow: Flow, question: str) -> dict[str, Text]:
    """The first label of each choice of a question, as it stands on the flow's own cards."""
    found: dict[str, Text] = {}
    for state in flow.states.values():
        for choice in state.choices:
            if choice.question == question:
                found.setdefault(choice.key, choice.label)
    return found
