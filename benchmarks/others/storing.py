"""aiogram's storage in SQLite, written at once; aiogram itself brings none."""

from collections.abc import Mapping
from typing import Any

import toy
from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, DefaultKeyBuilder, StorageKey


class SqliteStorage(BaseStorage):
    def __init__(self) -> None:
        self.db = toy.database()
        self._key = DefaultKeyBuilder(with_destiny=True)

    async def set_state(self, key: StorageKey, state: Any = None) -> None:
        toy.keep(self.db, self._key.build(key, "state"), state.state if isinstance(state, State) else state)

    async def get_state(self, key: StorageKey) -> str | None:
        found: str | None = toy.kept(self.db, self._key.build(key, "state"))
        return found

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        toy.keep(self.db, self._key.build(key, "data"), dict(data))

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        return toy.kept(self.db, self._key.build(key, "data")) or {}

    async def close(self) -> None:
        self.db.close()
