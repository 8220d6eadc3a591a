"""The commands for whoever works on the flows: prove, draw, play; none of them needs a setting or starts the bot."""

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.errors import ConfigError
from bot.model import Flow
from bot.municipality import EXAMPLE, Municipality
from bot.municipality import read as read_municipality

if TYPE_CHECKING:  # Babel is loaded only by what needs words
    from bot.flows.loader import Content
    from bot.flows.verdicts import Broken, Verdict
    from bot.locales.words import Words
    from bot.proving import Tell

flows = typer.Typer(help="The flow files, without any setting.", no_args_is_help=True)


def must_be_proven() -> None:
    """Nobody meets flows that were not proven safe."""
    from bot import proof

    if not proof.holds():  # what proves is slow to import, and seldom needed
        from bot import proving

        proving.must_hold(_telling(), lambda said: typer.echo(f"opspor: {said}", err=True))


@flows.command("check")
def check(
    directory: Annotated[Path | None, typer.Argument(help="another directory of flow files")] = None,
    against: Annotated[
        Path | None, typer.Option(help="an older directory: what changes for whom is listed")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="the same for machines")] = False,
) -> None:
    """Every mistake in one go, then every property over every conversation; status 1 where any breaks; else a proof."""
    from bot import proving
    from bot.errors import FlowError
    from bot.flows import listing, loader

    try:
        changes = [] if against is None else listing.since(against, directory or loader.DIRECTORY)
        proven = proving.prove(directory or loader.DIRECTORY)
    except FlowError as error:
        if as_json:
            typer.echo(json.dumps({"passed": False, "problems": error.problems}, ensure_ascii=False))
        else:
            typer.echo("\n".join(error.problems))
        raise typer.Exit(1) from None
    told = proving.as_json(proven, _telling()) | {"changes": changes} if as_json else None
    typer.echo(json.dumps(told, ensure_ascii=False) if told else "\n".join(proving.lines(proven, _telling())))
    if changes and not as_json:
        typer.echo("\n".join(["", *changes]))
    if not proving.passed(proven):
        raise typer.Exit(1)
    if directory is None and not proving.store(proven) and not as_json:
        typer.echo("the proof could not be stored here; each start proves anew")


def _telling() -> "Tell":
    """Counterexamples in Danish, as the invented municipality's employee sees them, or the one's that is set."""
    from bot.flows import telling
    from bot.locales import reading
    from bot.locales.screen import screen

    town = read_municipality(os.environ.get("OPSPOR_MUNICIPALITY", "") or EXAMPLE)
    said, values = reading.load(zone=town.timezone), _values(town, "da")

    def tell(flow: Flow, broken: "Broken", verdict: "Verdict") -> str:
        return telling.tell(
            flow, broken, verdict, lambda card: screen(said, card, "da", values),
            lambda text: said.say(text, "da", values),
        )  # fmt: skip

    return tell


@flows.command("draw")
def draw_flows(
    flow: Annotated[str, typer.Argument(help="one flow; without it, every flow")] = "",
    print_to: Annotated[Path | None, typer.Option("--print", help="write the printable paper here")] = None,
    language: Annotated[str, typer.Option(help="an enabled language")] = "da",
) -> None:
    """Mermaid charts of the flows; with --print one HTML document: for the day the chat must not be used, and, in
    another language than Danish, for whoever reads the translation through."""
    from bot.flows import declared, draw, loader

    content, town, words, values = _on_the_table(flow, language, also_shown=print_to is not None)
    chosen = [flow] if flow else list(content.flows)
    if print_to is None:
        drawable = {name: (content.flows[name], declared.shapes(loader.DIRECTORY, name)) for name in chosen}
        charts = (
            draw.mermaid(*one, lambda text: words.say(text, language, values)) for one in drawable.values()
        )
        typer.echo("\n".join(charts))
        return
    from bot import printing

    made = printing.paper_of(content, chosen, town, words, values, language)
    try:
        print_to.write_text(made, "utf-8")
    except OSError as error:
        raise ConfigError(f"--print cannot write '{print_to}': {error}") from error


@flows.command("play")
def play_flow(
    flow: Annotated[str, typer.Argument(help="the flow to play")] = "detection",
    entry: Annotated[str, typer.Option(help="where to begin; the flow's first where it is not given")] = "",
    language: Annotated[str, typer.Option(help="an enabled language")] = "da",
) -> None:
    """A conversation in the terminal; at its end a transcript, ready to be kept as a test."""
    from bot.flows import play
    from bot.locales.screen import screen

    content, _, words, values = _on_the_table(flow, language)
    found = content.flows
    entries = found[flow].entries
    if entry and entry not in entries:
        raise ConfigError(f"--entry is '{entry}'; {flow} has {', '.join(entries)}")
    play.play(
        found[flow], entry or next(iter(entries)), lambda card: screen(words, card, language, values),
        lambda text: words.say(text, language, values), lines=sys.stdin, out=sys.stdout,
    )  # fmt: skip


def _on_the_table(
    flow: str, language: str, also_shown: bool = False
) -> tuple["Content", Municipality, "Words", dict[str, str]]:
    """What drawing and playing need: the content, the municipality (the invented one where none is set), the words
    and what the placeholders stand for. `also_shown`: a language that is only shown to citizens will do."""
    from bot.flows import loader
    from bot.locales import reading

    town = read_municipality(os.environ.get("OPSPOR_MUNICIPALITY", "") or EXAMPLE)
    content = loader.load(unverified=bool(town.content.unverified_approved_by))
    if flow and flow not in content.flows:
        raise ConfigError(f"there is no flow '{flow}'; there is {', '.join(content.flows)}")
    said = reading.load(zone=town.timezone, needed=content.needed())
    there = dict.fromkeys((*said.languages, *(said.of_citizens if also_shown else ())))
    if language not in there:
        raise ConfigError(f"--language is '{language}'; enabled are {', '.join(there)}")
    return content, town, said, _values(town, language)


def _values(town: Municipality, language: str) -> dict[str, str]:
    """What the placeholders stand for in the first unit; those of a referral and a day are left open."""
    left = (
        *("sender", "sender_phone", "stored", "code", "review", "assessed_by", "receipt_by"),
        *("seen_known", "seen_suspected", "seen_worrying", "seen_protecting"),
    )
    today = datetime.now(ZoneInfo(town.timezone)).date()
    return town.placeholders(town.unit[0].id, language, today) | dict.fromkeys(left, "________")
