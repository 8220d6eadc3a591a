"""Keeps the sandbox's world in one SQLite file, so that neither a restart nor a kill loses any of it."""

import json
import sqlite3
from pathlib import Path
from typing import Any

from bot.errors import ConfigError

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS item (kind TEXT, key TEXT, value TEXT NOT NULL, PRIMARY KEY (kind, key))",
    "CREATE TABLE IF NOT EXISTS content (id TEXT PRIMARY KEY, type TEXT NOT NULL, body BLOB NOT NULL)",
)
# Written at each change and safe when the process is killed; NORMAL because losing the last
# change when the power goes is no harm here. secure_delete: what the bot deleted is gone from the file too.
# EXCLUSIVE: two sandboxes on one file would each overwrite what the other believes.
_PRAGMAS = ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON")


class Store:
    def __init__(self, path: Path, *, fresh: bool = False) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, timeout=0.5)
        except (OSError, sqlite3.Error) as error:
            raise ConfigError(f"The sandbox cannot keep its state in {path.parent}: {error}.") from error
        try:
            self._prepare(fresh)
        except sqlite3.Error as error:
            self._db.close()
            raise ConfigError(
                f"The sandbox's file {path} cannot be used ({error}); is another sandbox using it?"
            ) from error

    def _prepare(self, fresh: bool) -> None:
        for pragma in _PRAGMAS:
            self._db.execute(f"PRAGMA {pragma}")
        for statement in _SCHEMA:
            self._db.execute(statement)
        if fresh:
            self._db.execute("DELETE FROM item")
            self._db.execute("DELETE FROM content")

    def read(self, kind: str) -> dict[str, Any]:
        rows = self._db.execute("SELECT key, value FROM item WHERE kind = ? ORDER BY rowid", (kind,))
        return {key: json.loads(value) for key, value in rows}

    def write(self, kind: str, key: object, value: object) -> None:
        # Not REPLACE: that would give the row a new place, and the rows' order is the order of arrival.
        self._db.execute(
            "INSERT INTO item VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value",
            (kind, str(key), json.dumps(value, ensure_ascii=False)),
        )

    def drop(self, kind: str, key: object) -> None:
        self._db.execute("DELETE FROM item WHERE kind = ? AND key = ?", (kind, str(key)))

    def keep_content(self, id: str, type: str, body: bytes) -> None:
        self._db.execute("INSERT INTO content VALUES (?, ?, ?)", (id, type, body))

    def content(self, id: str) -> tuple[str, bytes] | None:
        row = self._db.execute("SELECT type, body FROM content WHERE id = ?", (id,)).fetchone()
        return (row[0], row[1]) if row else None

    def drop_content(self, id: str) -> None:
        self._db.execute("DELETE FROM content WHERE id = ?", (id,))

    def close(self) -> None:
        self._db.close()
