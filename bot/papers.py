"""The papers on data protection: gathers from every room the figures that they say; it starts nothing."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import get_args, get_type_hints

from bot import (
    consequences,
    conversation,
    copying,
    gathering,
    handover,
    inviting,
    privacy,
    referring,
    sweeping,
)
from bot.errors import ConfigError
from bot.flows import loader
from bot.flows.properties import PROPERTIES
from bot.flows.vocabulary import QUESTIONS
from bot.locales import reading
from bot.model import Notice, Text
from bot.municipality import Municipality
from bot.privacy import languages, rows
from bot.storage import attempts, invitations, purge, sessions, traces
from bot.storage.sqlite import PRAGMAS
from bot.transport.receive import ALLOWED_UPDATES

__all__ = ["languages", "paper", "write"]


def write(town: Municipality, chosen: Sequence[str], directory: Path) -> None:
    """One file a language. Raises ConfigError where they cannot be written."""
    for language in chosen:
        made = paper(town, language)
        try:
            (directory / f"privacy.{language}.md").write_text(made, "utf-8")
        except OSError as error:
            raise ConfigError(f"--directory cannot be written to ('{directory}'): {error}") from error


def paper(town: Municipality, language: str) -> str:
    """Raises ConfigError where the papers, or the flows, are not whole in the language."""
    sentences, content = privacy.read(language), loader.load(unverified=True)
    spoken = reading.load(zone=town.timezone)
    if language not in spoken.languages:
        raise ConfigError(f"the flows are not whole in '{language}'; `opspor doctor` says what is missing")
    names = roles(town, language)

    def say(text: Text) -> str:
        return spoken.say(text, language, names)

    try:
        return privacy.document(sentences, facts(town, language, content), content.flows, say)
    except KeyError as missing:
        raise ConfigError(f"the papers on data protection say nothing of {missing} in '{language}'") from None


def roles(town: Municipality, language: str) -> dict[str, str]:
    """What the municipality calls its people and places; nothing that changes with the day."""
    named = town.names.get(language, town.names["da"])
    return {"key_role": named.key_role, "reception": named.reception, "acute": named.acute}


def facts(town: Municipality, language: str, content: loader.Content) -> privacy.Facts:
    limits = {"same_day": town.clock.same_day, "standard": town.clock.standard}
    return privacy.Facts(
        town=town.name,
        units=tuple(unit.name for unit in town.unit),
        roles=roles(town, language),
        spans=spans(town),
        counts=counts(content),
        limits={
            urgency: {step: timedelta(minutes=count) for step, count in limit}
            for urgency, limit in limits.items()
        },
        notices=get_args(get_type_hints(Notice)["kind"]),
        updates=tuple(ALLOWED_UPDATES),
        settings=PRAGMAS,
    )


def spans(town: Municipality) -> Mapping[str, timedelta]:
    """How long things are kept, and how soon they go, from the places that see to it."""
    return {
        "idle": conversation.IDLE,
        "chat_kept": consequences.CHAT_KEPT,
        "message_kept": traces.KEPT,
        "covered_after": sessions.UNWATCHED,
        "copied_stands": copying.STANDS,
        "attempts_kept": attempts.HOUR,
        "entry_stands": inviting.AWAITED,
        "blanked_within": purge.UNDELETABLE,
        "term": town.admission.term,
        "leftovers_kept": purge.LEFTOVERS,
        "remind_after": handover.REMIND_AFTER,
        "undo_within": referring.UNDO_WITHIN,
        "invitation_valid": invitations.VALID,
        "purge_every": sweeping.PURGE_EVERY,
        "ties_kept": purge.TIES,
        "updates_kept": purge.UPDATES,
        "outcomes_kept": purge.OUTCOMES,
        "round_lasts": gathering.LASTS,
    }


def counts(content: loader.Content) -> Mapping[str, int]:
    columns = [column for table in rows.tables() for column in rows.columns(table)]
    sealed = [column for column in columns if column.kind == "sealed"]
    return {
        "tables": len(rows.tables()),
        "round_at_least": gathering.AT_LEAST,
        "columns": len(columns),
        "sealed": len(sealed),
        "questions": len(QUESTIONS),
        "choices": sum(len(keys) for keys in QUESTIONS.values()),
        "cards": sum(len(flow.states) + len(flow.views) for flow in content.flows.values()),
        "properties": len(PROPERTIES),
    }
