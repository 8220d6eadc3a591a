"""The commands for whoever keeps the database: tables, copies, keys, people and what has lived long enough."""

import asyncio
import os
import signal
import sys
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot import config
from bot.errors import ConfigError
from bot.municipality import read as read_municipality

if TYPE_CHECKING:  # what is slow to import is loaded by the command that needs it
    from sqlalchemy import Connection

    from bot.house import House
    from bot.model import Staff
    from bot.storage.cipher import Cipher
    from bot.storage.database import Database

_NOT_EMPTIED = (
    "what was deleted still stands in the file or in its log, because somebody was reading: run `opspor purge` again;"
    " the running bot tries once a minute"
)


def migrate() -> None:
    """Brings the database to this version."""
    from bot.storage.migrate import migrate as bring

    bring(config.settings(os.environ).database)
    typer.echo("the database is at this version")


def purge() -> None:
    """Deletes what has lived long enough, now, and wipes the file of it; the running bot does so every hour. Status 1
    where the file was in use. Copies of the file keep what they hold: delete those too (docs/restore.md)."""
    from bot import root
    from bot.storage.purge import purge as delete

    db = _opened(config.settings(os.environ))
    for table, count in asyncio.run(db.run(lambda c: delete(c, root.machine_clock()))).items():
        typer.echo(f"{table}: {count}")
    _wipe(db)


def backup(
    file: Annotated[Path, typer.Argument(help="a new file; an earlier copy is never written over")],
) -> None:
    """Copies the database into one file, whole, while the bot runs. Keep it apart from OPSPOR_KEY (docs/restore.md)."""
    from bot.storage.backup import backup as copied

    signal.signal(signal.SIGTERM, _ended)  # so that what was begun is taken away
    revision = copied(config.settings(os.environ).database, file)
    typer.echo(f"{file}: {file.stat().st_size} bytes, checked, tables of version {revision}")


def _ended(number: int, _frame: object) -> NoReturn:
    sys.exit(128 + number)


def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help="an address as OPSPOR_DATABASE takes it")],
    target: Annotated[str, typer.Argument(metavar="TO", help="of a database that is empty")],
) -> None:
    """Copies all that is stored into another database, as from SQLite to PostgreSQL; with the bot stopped. All of it
    or nothing; FROM is not changed. Passwords may come from PGPASSWORD or ~/.pgpass (docs/restore.md)."""
    from bot.publishing import waiting
    from bot.storage import transfer

    signal.signal(signal.SIGTERM, _ended)  # so that what was begun is taken back
    first, second = transfer.name_of(source, "FROM"), transfer.name_of(target, "TO")
    with waiting("opspor copy"):
        counts = transfer.transfer(source, target)
    for table, count in counts.items():
        typer.echo(f"{table}: {count}")
    typer.echo(
        f"copied {sum(counts.values())} rows from {first} to {second}, counted on both sides; the first is as it was"
    )
    typer.echo(
        "now let OPSPOR_DATABASE name the second, start the bot and see that it answers; then destroy the first as"
        " docs/restore.md says, since it still holds names and telephones"
    )


def rekey() -> None:
    """Seals everything anew with OPSPOR_KEY that was sealed with OPSPOR_KEY_OLD; start the bot with both first."""
    from bot.storage.cipher import Cipher

    settings = config.settings(os.environ, need=("KEY", "KEY_OLD"))
    if settings.key == settings.key_old:
        raise ConfigError(
            "OPSPOR_KEY and OPSPOR_KEY_OLD are the same: `opspor key` prints a new one for OPSPOR_KEY"
        )
    db = _opened(settings)
    counts, problems = asyncio.run(_renewed(db, Cipher(settings.key, settings.key_old)))
    sealed = ", ".join(f"{table} {count}" for table, count in counts.items())
    if problems:
        raise ConfigError(
            f"{len(problems)} rows were left as they were ({'; '.join(problems)}), the others are sealed with"
            f" OPSPOR_KEY now ({sealed}): keep OPSPOR_KEY_OLD, or give the key they were sealed with, and run it again"
        )
    typer.echo(f"sealed anew: {sealed}")
    typer.echo("nothing is sealed with the earlier key any more: OPSPOR_KEY_OLD may be taken away")
    _wipe(db)


async def _renewed(db: "Database", cipher: "Cipher") -> tuple[dict[str, int], list[str]]:
    """How many rows of each table, and what could not be done. Over again until there is nothing left to do, since a
    bot that was started with the old key alone may have written meanwhile."""
    from bot.storage import keys

    counts, problems, more = dict.fromkeys(keys.TABLES, 0), list[str](), True
    while more:
        more, problems = False, []
        for table in keys.TABLES:
            after, ended = None, False
            while not ended:  # in between a running bot gets its turn
                batch = await db.run(partial(keys.renew, cipher=cipher, table=table, after=after))
                after, ended = batch.last, batch.last is None
                counts[table] += batch.count
                problems += batch.problems
                more = more or batch.count > 0
    return counts, problems


def staff() -> None:
    """Who is admitted or was: number, role, unit, name and since when."""
    from bot.storage import keys, people
    from bot.storage.cipher import Cipher

    settings = config.settings(os.environ, need=("KEY",))
    cipher = Cipher(settings.key, settings.key_old)

    def listed(c: "Connection") -> list[str]:
        keys.check(c, cipher)
        return [_line(*one) for one in people.ever_admitted(c, cipher)]

    for line in asyncio.run(_opened(settings).run(listed)):
        typer.echo(line)


def _line(one: "Staff", admitted: datetime, removed: datetime | None) -> str:
    role = "deputy key_person" if one.deputy else one.role
    facts = [
        f"admitted {admitted:%Y-%m-%d}",
        *([f"away until {one.back:%Y-%m-%d}"] if one.back else []),
        *(["has blocked the bot"] if one.blocked else []),
        *([f"removed {removed:%Y-%m-%d}"] if removed else []),
    ]
    return "\t".join((str(one.id), role, one.unit, one.name or "(no name)", ", ".join(facts)))


def forget(
    number: Annotated[int, typer.Argument(help="as `opspor staff` lists it", metavar="STAFF")],
) -> None:
    """Removes an employee: what waits for her goes to the next, and what is known of her is blanked."""
    from bot import preparing, root

    settings = config.settings(os.environ, need=("KEY", "MUNICIPALITY"))
    prepared = preparing.prepare(settings, read_municipality(settings.municipality))
    house = root.house_of(prepared, root.machine_clock, lambda: None)
    typer.echo(asyncio.run(prepared.db.run(lambda c: _forgotten(c, house, number))))


def _forgotten(c: "Connection", house: "House", number: int) -> str:
    from bot import terms
    from bot.storage import people

    one = people.by_id(c, house.cipher, number)
    if one is None and people.by_id(c, house.cipher, number, removed=True) is None:
        raise ConfigError(f"there is nobody with number {number}: `opspor staff` lists everybody")
    if one is None:
        return f"number {number} was removed before"
    count = terms.remove(c, house, one, house.clock())
    if count is None:
        raise ConfigError(f"number {number} is the last coordinator: invite another one first")
    return (
        f"number {number} is removed; {count} referrals went on to others. Her name, telephone and chat go as soon as"
        " the running bot has cleaned her chat, or with `opspor purge` after 48 hours"
    )


def _opened(settings: config.Settings) -> "Database":
    """At this version."""
    from bot.storage.database import open_database
    from bot.storage.migrate import migrate as bring

    bring(settings.database)
    return open_database(settings.database)


def _wipe(db: "Database") -> None:
    if not asyncio.run(db.wipe()):
        typer.echo(_NOT_EMPTIED, err=True)
        raise typer.Exit(1)


COMMANDS = (migrate, purge, backup, copy, rekey, staff, forget)
