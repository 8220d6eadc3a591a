"""What all the others say and store: fifteen questions, an outcome and a notice at the end; as durable as ours."""

import json
import os
import sqlite3
from typing import Any

BASE = os.environ.get("BASE", "")
FILE = os.environ.get("FILE", "toy.db")
TOKEN = "123456789:AAToyToyToyToyToyToyToyToyToyToyToyToy"  # noqa: S105 - nobody's
QUESTIONS = 15
KEY_PERSON = 42
CHOICES = (("a", "Yes, as far as I can see"), ("b", "No"), ("c", "I do not know yet"))
DONE = "Thank you. That was all; a colleague has been told."
NOTICE = "There is something new for you."


def question(number: int) -> str:
    return (
        f"Question {number + 1} of {QUESTIONS}. "
        + "What is it that you have seen, heard or been told today? " * 4
    )


def database() -> sqlite3.Connection:
    """A commit is in the file when it returns."""
    db = sqlite3.connect(FILE, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
    db.execute("CREATE TABLE IF NOT EXISTS outcome (id INTEGER PRIMARY KEY, answers TEXT NOT NULL)")
    return db


def keep(db: sqlite3.Connection, key: str, value: Any) -> None:
    db.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (key, json.dumps(value)))


def kept(db: sqlite3.Connection, key: str) -> Any:
    row = db.execute("SELECT value FROM kept WHERE key = ?", (key,)).fetchone()
    return json.loads(row[0]) if row else None


def record(db: sqlite3.Connection, answers: Any) -> None:
    db.execute("INSERT INTO outcome (answers) VALUES (?)", (json.dumps(answers),))
