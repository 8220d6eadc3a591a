"""The command line: reads settings, says one clear sentence when something is wrong, hands on to the rooms."""

import asyncio
import json
import os
import secrets
import sys
from base64 import urlsafe_b64encode
from collections.abc import Coroutine
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from bot import config
from bot.config import Municipality
from bot.errors import ConfigError, MustNotStart, StorageFailed
from bot.model import Flow, Text

if TYPE_CHECKING:  # Babel is loaded only by what needs words
    from bot.flows.verdicts import Broken, Verdict
    from bot.locales.words import Words
    from bot.proving import Tell

app = typer.Typer(
    name="opspor",
    help="A chat assistant for asking safely about violence in close relationships.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
flows = typer.Typer(help="The flow files, without any setting.", no_args_is_help=True)
app.add_typer(flows, name="flows")

ROLES = ("frontline", "key_person", "coordinator")


def main() -> None:
    try:
        app()
    except MustNotStart as error:
        print(f"opspor: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    except StorageFailed as error:
        print(f"opspor: the database does not answer: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)


def _run(work: Coroutine[Any, Any, None]) -> None:
    """On uvloop where there is one."""
    try:
        import uvloop
    except ImportError:  # Windows
        asyncio.run(work)
    else:
        uvloop.run(work)


@app.command()
def run() -> None:
    """The bot against Telegram, by polling."""
    settings = config.settings(os.environ, need=("TOKEN", "KEY", "MUNICIPALITY"))
    from bot import root  # only now: it is slow to import, and a wrong setting is quick to say
    from bot.transport.log import set_up_logging

    set_up_logging(settings.log, settings.token)
    prepared = root.prepare(settings, config.municipality(settings.municipality))
    _must_be_proven()
    for warning in root.warnings(prepared, os.environ, root.machine_clock()):
        root.log.warning("event=attention what=%r", warning)
    _run(_live(prepared))


async def _live(prepared: "Any") -> None:
    from bot import root

    stop = asyncio.Event()
    with root.stopped_by_signals(stop):
        await root.run(
            prepared, root.machine_clock, lambda name: root.log.info("event=ready bot=%s", name), stop
        )


def _must_be_proven() -> None:
    """Nobody meets flows that were not proven safe."""
    from bot import proof

    if not proof.holds():  # what proves is slow to import, and seldom needed
        from bot import proving

        proving.must_hold(_telling(), lambda said: typer.echo(f"opspor: {said}", err=True))


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(help="where the page is")] = 8080,
    fresh: Annotated[bool, typer.Option("--fresh", help="begin anew: forget everything")] = False,
    directory: Annotated[Path, typer.Option(help="where its state is kept")] = Path(".sandbox"),
) -> None:
    """The whole bot on this machine, with a Bot API of its own and a web page; no account, no internet."""
    from bot import playground
    from bot.transport.log import set_up_logging

    settings = config.settings({"OPSPOR_LOG": "WARNING", **os.environ})
    set_up_logging(settings.log, playground.TOKEN)
    _must_be_proven()
    _run(playground.run(directory, port, fresh, settings.municipality))


@app.command()
def invite(
    role: Annotated[str, typer.Option(help="frontline, key_person or coordinator")],
    unit: Annotated[str, typer.Option(help="the id of a unit in the municipality's file")],
    name: Annotated[
        str, typer.Option(help="the employee's name, shown to colleagues she hands over to")
    ] = "",
    phone: Annotated[str, typer.Option(help="her work telephone")] = "",
) -> None:
    """Prints a code for one person, used once within 7 days, and on the next line the link that carries it."""
    from bot import root
    from bot.storage import people
    from bot.transport.bot import username

    settings = config.settings(os.environ, need=("KEY", "MUNICIPALITY"))
    municipality = config.municipality(settings.municipality)
    if role not in ROLES:
        raise ConfigError(f"--role is '{role}'; it takes {', '.join(ROLES)}")
    if unit not in [one.id for one in municipality.unit]:
        known = ", ".join(one.id for one in municipality.unit)
        raise ConfigError(f"--unit is '{unit}'; the municipality's file has {known}")
    prepared = root.prepare(settings, municipality)
    code = secrets.token_urlsafe(16)
    asyncio.run(
        prepared.db.run(
            lambda c: people.invite(
                c, prepared.cipher, code=code, role=role, unit=unit, name=name, phone=phone,  # type: ignore[arg-type]
                now=root.machine_clock(),
            )
        )
    )  # fmt: skip
    typer.echo(code)
    bot = asyncio.run(username(settings.token, settings.api_base)) if settings.token else ""
    if bot:
        typer.echo(f"https://t.me/{bot}?start={code}")


@app.command()
def key() -> None:
    """Prints a new key for OPSPOR_KEY. Keep it apart from the database; without it the staff cannot be read."""
    typer.echo(urlsafe_b64encode(secrets.token_bytes(32)).decode())


@app.command()
def migrate() -> None:
    """Brings the database to this version."""
    from bot.storage.migrate import migrate as bring

    bring(config.settings(os.environ).database)
    typer.echo("the database is at this version")


@app.command()
def purge() -> None:
    """Deletes what has lived long enough, now; the running bot does so every hour."""
    from bot import root
    from bot.storage.database import open_database
    from bot.storage.migrate import migrate as bring
    from bot.storage.purge import purge as delete

    settings = config.settings(os.environ)
    bring(settings.database)
    db = open_database(settings.database)
    counts = asyncio.run(db.run(lambda c: delete(c, root.machine_clock())))
    db.truncate_log()
    for table, count in counts.items():
        typer.echo(f"{table}: {count}")


@app.command()
def doctor() -> None:
    """What is wrong or has grown old in settings, municipality, law, languages and texts; status 1 if anything."""
    from bot import root

    settings = config.settings(os.environ, need=("KEY", "MUNICIPALITY"))
    prepared = root.prepare(settings, config.municipality(settings.municipality))
    found = list(root.warnings(prepared, os.environ, root.machine_clock()))
    found += asyncio.run(prepared.db.run(lambda c: root.rosters(c, prepared)))
    typer.echo(f"languages: {', '.join(prepared.words.languages)}")
    for one in found:
        typer.echo(f"- {one}")
    raise typer.Exit(1 if found else 0)


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
    from bot.locales import words
    from bot.locales.screen import screen

    town = config.municipality(os.environ.get("OPSPOR_MUNICIPALITY", "") or config.EXAMPLE)
    said, values = words.load(zone=town.timezone), _values(town, "da")

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
    """Mermaid charts of the flows; with --print one HTML document for the day the chat must not be used."""
    from bot.flows import declared, draw, loader, paper

    found, town, words, values = _on_the_table(flow, language)
    chosen = [flow] if flow else list(found)
    drawable = {name: (one, declared.shapes(loader.DIRECTORY, name)) for name, one in found.items()}

    def say(text: Text) -> str:
        return words.say(text, language, values)

    if print_to is None:
        typer.echo("\n".join(draw.mermaid(*drawable[name], say) for name in chosen))
        return
    changed = max(path.stat().st_mtime for path in loader.DIRECTORY.glob("*.toml"))
    dated = datetime.fromtimestamp(changed, ZoneInfo(town.timezone)).date().isoformat()
    facts = paper.Facts(town.name, values["unit"], dated, words.language_name(language), language)
    made = paper.document(drawable, chosen, say, paper.read(language), facts)
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

    found, _, words, values = _on_the_table(flow, language)
    entries = found[flow].entries
    if entry and entry not in entries:
        raise ConfigError(f"--entry is '{entry}'; {flow} has {', '.join(entries)}")
    play.play(
        found[flow], entry or next(iter(entries)), lambda card: screen(words, card, language, values),
        lambda text: words.say(text, language, values), lines=sys.stdin, out=sys.stdout,
    )  # fmt: skip


def _on_the_table(flow: str, language: str) -> tuple[dict[str, Flow], Municipality, "Words", dict[str, str]]:
    """What drawing and playing need: the flows, the municipality (the invented one where none is set), the words
    and what the placeholders stand for."""
    from bot.flows import loader
    from bot.locales import words

    town = config.municipality(os.environ.get("OPSPOR_MUNICIPALITY", "") or config.EXAMPLE)
    found = loader.load(unverified=bool(town.content.unverified_approved_by)).flows
    if flow and flow not in found:
        raise ConfigError(f"there is no flow '{flow}'; there is {', '.join(found)}")
    said = words.load(zone=town.timezone)
    if language not in said.languages:
        raise ConfigError(f"--language is '{language}'; enabled are {', '.join(said.languages)}")
    return dict(found), town, said, _values(town, language)


def _values(town: Municipality, language: str) -> dict[str, str]:
    """What the placeholders stand for in the first unit; those of a referral and a day are left open."""
    left = ("sender", "sender_phone", "stored", "code", "review", "assessed_by", "receipt_by")
    today = datetime.now(ZoneInfo(town.timezone)).date()
    return town.placeholders(town.unit[0].id, language, today) | dict.fromkeys(left, "________")


if __name__ == "__main__":
    main()
