"""All that is so in the sandbox: chats, messages, waiting updates, settings; not what is done with them."""

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Self

from bot.sandbox.phones import PHONES, Phone
from bot.sandbox.store import Store

JSON = dict[str, Any]

# Telegram leaves these out unless they are asked for by name.
_ONLY_WHEN_ASKED = {"chat_member", "message_reaction", "message_reaction_count"}
_ROOM_FOR_EVENTS = 500


class World:
    """Lives in one event loop. Each change is in the file before the call returns."""

    def __init__(self, store: Store, phones: Iterable[Phone], bot_name: str) -> None:
        self._store = store
        self._bot_name = bot_name
        self._settings: JSON = store.read("setting")
        self.phones: dict[int, Phone] = {}
        for phone in phones:
            self.phones[phone.id] = phone
        for kept in store.read("phone").values():
            self.phones[kept["id"]] = Phone(**kept)
        self.chats: dict[int, JSON] = {int(key): chat for key, chat in store.read("chat").items()}
        self.messages: dict[int, dict[int, JSON]] = {}
        for message in store.read("message").values():
            self.messages.setdefault(message["chat"]["id"], {})[message["message_id"]] = message
        self.updates: dict[int, JSON] = {int(key): update for key, update in store.read("update").items()}
        self.queries: dict[str, JSON] = store.read("query")
        self.screens: dict[int, JSON] = {int(key): screen for key, screen in store.read("screen").items()}
        self.arrived = asyncio.Event()
        self.closing = False
        self.turn = 0
        self._watchers: set[asyncio.Queue[JSON]] = set()

    @classmethod
    def open(
        cls,
        directory: Path | str,
        *,
        fresh: bool = False,
        phones: Iterable[Phone] = PHONES,
        bot_name: str = "Sandbox",
    ) -> Self:
        """Continue where the directory's file was left, or begin anew; ConfigError when it cannot be used."""
        return cls(Store(Path(directory) / "sandbox.db", fresh=fresh), phones, bot_name)

    def close(self) -> None:
        self._store.close()

    # Settings and counters

    def setting(self, name: str, otherwise: Any = None) -> Any:
        return self._settings.get(name, otherwise)

    def set(self, name: str, value: Any) -> None:
        self._settings[name] = value
        self._store.write("setting", name, value)

    def next(self, counter: str) -> int:
        number = int(self.setting(counter, 0)) + 1
        self.set(counter, number)
        return number

    def skip_to(self, counter: str, number: int) -> None:
        """No later number of this counter is `number` or less."""
        if number > int(self.setting(counter, 0)):
            self.set(counter, number)

    def bot_name(self, language: str) -> str:
        names: dict[str, str] = self.setting("name", {})
        return names.get(language) or names.get("") or self._bot_name

    # Phones and chats

    def change_phone(self, id: int, **changes: Any) -> Phone:
        phone = replace(self.phones[id], **changes)
        return self.put_phone(phone)

    def put_phone(self, phone: Phone) -> Phone:
        self.phones[phone.id] = phone
        self._store.write("phone", phone.id, asdict(phone))
        return phone

    def chat(self, id: int) -> JSON | None:
        phone = self.phones.get(id)
        if phone is not None:
            return {"id": id, "type": "private", "first_name": phone.first_name}
        return self.chats.get(id)

    def know_chat(self, chat: JSON) -> None:
        self.chats[chat["id"]] = chat
        self._store.write("chat", chat["id"], chat)

    # Messages, and the screen of a phone: what its lock screen shows and what its bot has answered

    def put_message(self, message: JSON) -> None:
        chat, id = message["chat"]["id"], message["message_id"]
        self.messages.setdefault(chat, {})[id] = message
        self._store.write("message", f"{chat}/{id}", message)

    def message(self, chat: int, id: int) -> JSON | None:
        return self.messages.get(chat, {}).get(id)

    def drop_message(self, chat: int, id: int) -> None:
        message = self.messages[chat].pop(id)
        self._store.drop("message", f"{chat}/{id}")
        for content in [*message.get("photo", []), message.get("document", {})]:
            self._store.drop_content(content.get("file_id", ""))

    def screen(self, phone: int) -> JSON:
        return self.screens.get(phone, {"notifications": [], "answers": []})

    def put_screen(self, phone: int, screen: JSON) -> None:
        self.screens[phone] = screen
        self._store.write("screen", phone, screen)

    def keep_content(self, type: str, body: bytes) -> str:
        id = secrets.token_urlsafe(24)
        self._store.keep_content(id, type, body)
        return id

    def content(self, id: str) -> tuple[str, bytes] | None:
        return self._store.content(id)

    # Callback queries

    def put_query(self, id: str, query: JSON) -> None:
        self.queries[id] = query
        self._store.write("query", id, query)

    def drop_query(self, id: str) -> JSON | None:
        self._store.drop("query", id)
        return self.queries.pop(id, None)

    # Updates that wait for the bot

    def wants(self, kind: str) -> bool:
        allowed = self.setting("allowed_updates") or []
        return kind in allowed if allowed else kind not in _ONLY_WHEN_ASKED

    def queue(self, kind: str, body: JSON) -> JSON | None:
        """The update as the bot will get it, or None when it has said that it wants none of this kind."""
        return self.queue_raw({kind: body}) if self.wants(kind) else None

    def queue_raw(self, update: JSON) -> JSON:
        if not isinstance(update.get("update_id"), int):
            update = {"update_id": self.next("update_id"), **update}
        id = update["update_id"]
        self.skip_to("update_id", id)
        self.updates[id] = update
        self._store.write("update", id, update)
        self.arrived.set()
        return update

    def confirm(self, before: int) -> None:
        for id in [id for id in self.updates if id < before]:
            del self.updates[id]
            self._store.drop("update", id)

    def new_turn(self) -> int:
        """Whoever waits for updates is woken, and sees by the number that it is not its turn any more."""
        self.turn += 1
        self.arrived.set()
        return self.turn

    def shut(self) -> None:
        """Everybody who waits or watches is let go, so that the server can end."""
        self.closing = True
        self.arrived.set()
        self.tell({"type": "closing"})

    # Who watches

    def watch(self) -> asyncio.Queue[JSON]:
        watcher: asyncio.Queue[JSON] = asyncio.Queue()
        self._watchers.add(watcher)
        return watcher

    def unwatch(self, watcher: asyncio.Queue[JSON]) -> None:
        self._watchers.discard(watcher)

    def tell(self, event: JSON) -> None:
        for watcher in self._watchers:
            if watcher.qsize() >= _ROOM_FOR_EVENTS:  # a page that sleeps: let it begin again from the state
                while not watcher.empty():
                    watcher.get_nowait()
                watcher.put_nowait({"type": "reload"})
            else:
                watcher.put_nowait(event)
