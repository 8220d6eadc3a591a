"""INSERT ... ON CONFLICT for both dialects, which SQLAlchemy spells apart; it holds no statement itself."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Executable


def spelt(build: Callable[[Any], Executable]) -> Callable[[Connection], Executable]:
    """`build` gets the dialect's own `insert`; the statement is built once a dialect, when first used."""

    @cache
    def of(dialect: str) -> Executable:
        return build(import_module(f"sqlalchemy.dialects.{dialect}").insert)

    return lambda c: of(c.dialect.name)
