"""The command line: reads settings, says one clear sentence when something is wrong, hands on to the rooms."""

import asyncio
import gc
import os
import secrets
import sys
from base64 import urlsafe_b64encode
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import config, publishing, upkeep, workshop
from bot.errors import ConfigError, MustNotStart, StorageFailed
from bot.municipality import EXAMPLE
from bot.municipality import read as read_municipality
from bot.transport.log import crashed, in_the_loop, places_instead_of_values, set_up_logging

app = typer.Typer(
    name="opspor",
    help="A chat assistant for asking safely about violence in close relationships.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(workshop.flows, name="flows")

NEEDED = ("TOKEN", "KEY", "MUNICIPALITY")
WEBHOOK = ("WEBHOOK_URL", "WEBHOOK_SECRET")
ROLES = ("frontline", "key_person", "coordinator")


def main() -> None:
    set_up_logging("WARNING")
    places_instead_of_values()
    try:
        app()
    except MustNotStart as error:
        print(f"opspor: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    except StorageFailed as error:
        print(f"opspor: the database does not answer: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    except (Exception, asyncio.CancelledError) as error:
        crashed(error)
        sys.exit(1)


def _run(work: Coroutine[Any, Any, None]) -> None:
    """On uvloop where there is one."""
    gc.freeze()  # to look through all that is loaded for what can go would take a tenth of a second, again and again
    try:
        import uvloop
    except ImportError:  # Windows
        asyncio.run(work)
    else:
        uvloop.run(work)


@app.command()
def run(
    webhook: Annotated[
        bool,
        typer.Option("--webhook", help="be told by Telegram instead of asking it; see OPSPOR_WEBHOOK_URL"),
    ] = False,
) -> None:
    """The bot against Telegram, by polling, or at a webhook."""
    settings = config.settings(os.environ, need=(*NEEDED, *(WEBHOOK if webhook else ())))
    # Only now: they are slow to import, and a wrong setting is quick to say.
    from bot import checkup, preparing, root

    set_up_logging(settings.log, settings.token, settings.key, settings.key_old, settings.webhook_secret)
    municipality = read_municipality(settings.municipality)
    workshop.must_be_proven()

    def prepared_and_looked_at() -> preparing.Prepared:
        prepared = preparing.prepare(settings, municipality)
        for warning in checkup.warnings(prepared, os.environ, root.machine_clock()):
            root.log.warning("event=attention what=%r", warning)
        return prepared

    _run(_live(preparing.once_it_answers(prepared_and_looked_at), webhook))


async def _live(prepared: "Any", webhook: bool) -> None:
    from bot import root

    asyncio.get_running_loop().set_exception_handler(in_the_loop)
    stop = asyncio.Event()
    with root.stopped_by_signals(stop):
        await root.run(
            prepared, root.machine_clock, lambda name: root.log.info("event=ready bot=%s", name), stop,
            by_webhook=webhook,
        )  # fmt: skip


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(help="where the page is")] = 8080,
    fresh: Annotated[bool, typer.Option("--fresh", help="begin anew: forget everything")] = False,
    directory: Annotated[Path, typer.Option(help="where its state is kept")] = Path(".sandbox"),
    figures: Annotated[
        bool, typer.Option("--figures", help="with a year of invented outcomes behind it, for /report")
    ] = False,
) -> None:
    """The whole bot on this machine, with a Bot API of its own and a web page; no account, no internet."""
    from bot import playground

    settings = config.settings({"OPSPOR_LOG": "WARNING", **os.environ})
    set_up_logging(settings.log, playground.TOKEN)
    workshop.must_be_proven()
    _run(playground.run(directory, port, fresh, settings.municipality, figures=figures))


@app.command()
def invite(
    role: Annotated[str, typer.Option(help="frontline, key_person or coordinator")],
    unit: Annotated[str, typer.Option(help="the id of a unit in the municipality's file")],
    name: Annotated[
        str, typer.Option(help="the employee's name, shown to colleagues she hands over to")
    ] = "",
    phone: Annotated[str, typer.Option(help="her work telephone")] = "",
    deputy: Annotated[
        bool, typer.Option("--deputy", help="a key person who is asked after the others")
    ] = False,
) -> None:
    """Prints a code for one person, used once within 7 days, and on the next line the link that carries it."""
    from bot import particulars, preparing, root
    from bot.storage import invitations
    from bot.transport.bot import username

    settings = config.settings(os.environ, need=("KEY", "MUNICIPALITY"))
    municipality = read_municipality(settings.municipality)
    if deputy and role != "key_person":
        raise ConfigError("--deputy is for a key person: give --role key_person with it")
    if role not in ROLES:
        raise ConfigError(f"--role is '{role}'; it takes {', '.join(ROLES)}")
    if unit not in [one.id for one in municipality.unit]:
        known = ", ".join(one.id for one in municipality.unit)
        raise ConfigError(f"--unit is '{unit}'; the municipality's file has {known}")
    named, number = particulars.name(name), particulars.phone(phone)
    if name and not named:  # neither sentence repeats what was given: it may be anything
        raise ConfigError(f"--name takes letters, spaces, - ' and ., {particulars.NAME_AT_MOST} at most")
    if phone and not number:
        raise ConfigError(
            "--phone takes a number that can be rung, as 99 99 99 99, or a fictional one, as 00 00 00 12"
        )
    prepared = preparing.prepare(settings, municipality)
    code = secrets.token_urlsafe(16)
    asyncio.run(
        prepared.db.run(
            lambda c: invitations.invite(
                c, prepared.cipher, code=code, role=role, unit=unit, name=named, phone=number,  # type: ignore[arg-type]
                now=root.machine_clock(), is_deputy=deputy,
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
def doctor() -> None:
    """What is wrong or has grown old in settings, municipality, law, languages and texts; status 1 if anything."""
    from bot import checkup, preparing, root

    settings = config.settings(os.environ, need=("KEY", "MUNICIPALITY"))
    found = checkup.exposed(settings)  # before it is mended
    prepared = preparing.prepare(settings, read_municipality(settings.municipality))
    found += checkup.warnings(prepared, os.environ, root.machine_clock())
    found += asyncio.run(prepared.db.run(lambda c: checkup.keys_in_use(c, prepared)))
    found += asyncio.run(prepared.db.run(lambda c: checkup.rosters(c, prepared, root.machine_clock())))
    for line in checkup.languages_of(prepared.words):
        typer.echo(line)
    for line in asyncio.run(prepared.db.run(lambda c: checkup.routes_of(c, prepared))):
        typer.echo(line)
    for line in asyncio.run(prepared.db.run(lambda c: list(checkup.leftovers_of(c, root.machine_clock())))):
        typer.echo(line)
    for one in found:
        typer.echo(f"- {one}")
    raise typer.Exit(1 if found else 0)


@app.command()
def privacy(
    language: Annotated[str, typer.Option(help="da or en; without it Danish, or all into a directory")] = "",
    directory: Annotated[Path | None, typer.Option(help="write privacy.<language>.md here")] = None,
) -> None:
    """What is stored, why, how long, who sees it, what Telegram sees: the basis for the impact assessment."""
    from bot import papers  # only now: it knows every room

    town = read_municipality(os.environ.get("OPSPOR_MUNICIPALITY", "") or EXAMPLE)
    if directory is None:
        typer.echo(papers.paper(town, language or "da"), nl=False)
    else:
        papers.write(town, [language] if language else papers.languages(), directory)


for command in (*upkeep.COMMANDS, publishing.report):
    app.command()(command)


if __name__ == "__main__":
    main()
