"""One paper as Markdown: lists rather than wide tables, because it is read on telephones too; no clock, no network."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.model import Flow
from bot.privacy import answers, rows
from bot.privacy.answers import Asked, Say
from bot.privacy.rows import Held
from bot.privacy.wording import Sentences, group, span


@dataclass(frozen=True, slots=True)
class Facts:
    """What the house is, as far as its words cannot know it. `spans` and `counts` fill in the placeholders of the
    sentences; `limits` are the deadlines of a hand-over by urgency; `settings` are the file's safeguards."""

    town: str
    units: tuple[str, ...]
    roles: Mapping[str, str]
    spans: Mapping[str, timedelta]
    counts: Mapping[str, int]
    limits: Mapping[str, Mapping[str, timedelta]]
    notices: tuple[str, ...]
    updates: tuple[str, ...]
    settings: tuple[str, ...]


def document(said: Sentences, facts: Facts, flows: Mapping[str, Flow], say: Say) -> str:
    """Raises KeyError where the language lacks the word for a table, a column or a message."""
    values = _values(said, facts)
    open_ = {name: sentence for name, sentence in said.items() if not name.startswith("count.")}
    told = {name: sentence.format_map(values) for name, sentence in open_.items()}
    parts = (
        _head(told), _record(told), _stored(told), _telegram(told, facts), _never(told, facts), _risks(told),
        _asked(told, flows, say),
    )  # fmt: skip
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def _values(said: Sentences, facts: Facts) -> dict[str, str]:
    values = {"town": facts.town, "units": ", ".join(facts.units), **facts.roles}
    values |= {name: span(said, length) for name, length in facts.spans.items()}
    values |= {name: str(count) for name, count in facts.counts.items()}
    for urgency, limits in facts.limits.items():
        values |= {f"{urgency}_{step}": span(said, limit) for step, limit in limits.items()}
    return values


def _points(said: Sentences, name: str) -> Iterator[str]:
    yield from (f"- {sentence}" for sentence in group(said, name))
    yield ""


def _heading(said: Sentences, name: str, level: int = 2) -> Iterator[str]:
    yield from (f"{'#' * level} {said[f'{name}.title']}", "")
    if f"{name}.lead" in said:
        yield from (said[f"{name}.lead"], "")


def _head(said: Sentences) -> Iterator[str]:
    yield from (f"# {said['paper.title']}", "", f"**{said['paper.draft']}** {said['paper.draft_why']}", "")
    yield from (said["paper.intro"], "")
    yield from _points(said, "paper.begin")


def _record(said: Sentences) -> Iterator[str]:
    yield from _heading(said, "record")
    for name in (
        "controller",
        "purposes",
        "people",
        "kinds",
        "special",
        "recipients",
        "transfers",
        "erasure",
    ):
        yield from _heading(said, f"record.{name}", 3)
        yield from _points(said, f"record.{name}.points")
    yield from _heading(said, "record.security", 3)
    yield from _points(said, "record.security.points")


# --- what is stored ----------------------------------------------------------------------------------


def _stored(said: Sentences) -> Iterator[str]:
    yield from _heading(said, "stored")
    yield from _points(said, "stored.points")
    for table in rows.tables():
        name = f"table.{table}"
        yield from (f"### {said[f'{name}.title']} (`{table}`)", "")
        for about in ("whom", "why", "kept", "seen"):
            yield f"- **{said[f'stored.{about}']}:** {said[f'{name}.{about}']}"
        yield from ("", f"{said['stored.columns']}:", "")
        yield from (_column(said, held) for held in rows.columns(table))
        yield ""


def _column(said: Sentences, held: Held) -> str:
    marks = [said[f"kind.{held.kind}"].replace("<limit>", str(held.limit))]
    if held.refers_to:
        marks.append(f"{said['stored.refers_to']} `{held.refers_to}`")
    if held.optional:
        marks.append(said["stored.optional"])
    what = said[f"table.{held.table}.column.{held.name}"]
    return f"- `{held.name}`: {what} *({', '.join(marks)})*"


# --- what leaves, what never comes in, what remains --------------------------------------------------


def _telegram(said: Sentences, facts: Facts) -> Iterator[str]:
    yield from _heading(said, "telegram")
    yield from _heading(said, "telegram.knows", 3)
    yield from _points(said, "telegram.knows.points")
    yield from _heading(said, "telegram.comes", 3)
    yield from (f"- `{name}`: {said[f'update.{name}']}" for name in facts.updates)
    yield ""
    yield from _heading(said, "telegram.leaves", 3)
    yield from (f"- `{name.removeprefix('method.')}`: {what}" for name, what in _methods(said))
    yield ""
    yield from _heading(said, "telegram.messages", 3)
    yield from (f"- `{name}`: {said[f'notice.{name}']}" for name in facts.notices)
    yield ""
    yield from _heading(said, "telegram.against", 3)
    yield from _points(said, "telegram.against.points")


def _methods(said: Sentences) -> list[tuple[str, str]]:
    return [(name, what) for name, what in said.items() if name.startswith("method.")]


def _never(said: Sentences, facts: Facts) -> Iterator[str]:
    yield from _heading(said, "never")
    yield from _points(said, "never.points")
    yield from _heading(said, "never.proof", 3)
    yield from _points(said, "never.proof.points")
    yield from (f"  - `{setting}`" for setting in facts.settings)
    yield ""


def _risks(said: Sentences) -> Iterator[str]:
    yield from _heading(said, "risk")
    for name in ("remaining", "without_ai", "decide", "law"):
        yield from _heading(said, f"risk.{name}", 3)
        yield from _points(said, f"risk.{name}.points")


# --- the answers -------------------------------------------------------------------------------------


def _asked(said: Sentences, flows: Mapping[str, Flow], say: Say) -> Iterator[str]:
    yield from _heading(said, "asked")
    yield from _heading(said, "asked.kept", 3)
    for one in answers.in_an_outcome(flows, say):
        yield from _question(said, one)
    yield from _heading(said, "asked.found_out", 3)
    for name, codes in answers.found_out().items():
        yield f"- `{name}`"
        yield from (f"  - `{code}`: {said[f'code.{name}.{code}']}" for code in codes)
    yield ""
    yield from _heading(said, "asked.forgotten", 3)
    for one in answers.only_while_talking(flows, say):
        yield from _question(said, one)


def _question(said: Sentences, one: Asked) -> Iterator[str]:
    yield f"- **{one.put or said[f'question.{one.question}']}** (`{one.question}`)"
    for code, labels in one.choices.items():
        shown = " / ".join(labels) if labels else said["asked.no_label"]
        yield f"  - {shown} (`{code}`)"
    yield ""
