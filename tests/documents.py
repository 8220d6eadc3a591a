"""Updates by lot, from the Bot API's own types: every field that python-telegram-bot knows, most of it nonsense.

document = update(random.Random(7), MARK)       # each string in it has the mark in it
"""

import functools
import inspect
import random
import types
import typing
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Union

import telegram
from telegram import InaccessibleMessage, MaybeInaccessibleMessage, Message, TelegramObject, Update, constants

KINDS = tuple(
    name
    for name in inspect.signature(Update.__init__).parameters
    if name not in ("self", "update_id", "api_kwargs")
)
ANSWERED = ("message", "edited_message", "callback_query", "my_chat_member")
_UPDATE: Any = Update  # a class that the type checker does not take for hashable
DEEPEST = 4
# Where a type says nothing but str, one of the API's own words stands there: statuses, types, sources.
_CLOSED = ("type", "status", "source")
# Nobody is removed by these: number 3 is the only coordinator.
_PRESSED = ("back", "hide", "open.r1", "acute.0", "removed.3", "moment.during")
_NUMBERS = (
    0,
    1,
    -1,
    7001,
    7002,
    7003,
    8888,
    2**31,
    2**52 - 1,
    2**52,
    -(2**52),
    2**63,
    2**64,
    10**30,
    -1001234567890,
)
_WRONG: tuple[Any, ...] = (None, True, 0, -1, 1.5, 1e300, 2**70, [], {}, [[[[]]]], {"id": {}}, "")
CHATS = (7001, 7002, 7003, 8888, -55, 2**40, 2**60)


@functools.cache
def _words() -> tuple[str, ...]:
    """All the closed words that the library knows."""
    enums = [
        one
        for _, one in inspect.getmembers(constants, inspect.isclass)
        if issubclass(one, str) and issubclass(one, Enum)
    ]
    return tuple(sorted({str(member.value) for one in enums for member in one}))


@functools.cache
def _fields(kind: Any) -> tuple[tuple[str, Any, bool], ...]:
    """Name in the document, type, and whether it must be there."""
    hints = typing.get_type_hints(kind.__init__, vars(telegram) | vars(inspect.getmodule(kind) or telegram))
    given = inspect.signature(kind.__init__).parameters
    return tuple(
        (
            "from" if name == "from_user" else name,
            hints.get(name, str),
            one.default is inspect.Parameter.empty,
        )
        for name, one in given.items()
        if name not in ("self", "api_kwargs", "args", "kwargs")
    )


@functools.cache
def _kinds_of(kind: Any) -> tuple[type[TelegramObject], ...]:
    """It, or what it stands for."""
    if kind is MaybeInaccessibleMessage:
        return Message, InaccessibleMessage
    below = tuple(one for one in kind.__subclasses__() if one.__module__.startswith("telegram."))
    return below or (kind,)


class _Lot:
    def __init__(self, chance: random.Random, mark: str) -> None:
        self.chance, self.mark = chance, mark

    def word(self, name: str) -> str:
        mark, chance = self.mark, self.chance
        if name in _CLOSED and chance.random() < 0.8:
            return chance.choice(_words())
        if name == "id":  # a callback's: it is sent back, because the press is answered by it
            return str(chance.randrange(10**9))
        if name == "data" and chance.random() < 0.7:
            return f"{chance.randrange(4)}:{chance.choice(_PRESSED)}"
        return chance.choice(
            [
                f"{mark} 010190-1234",
                f"/start {mark}0",
                f"/{mark}_0101901234",
                f"/new {mark}1",
                f"\0{mark}\0 1",
                f"{mark}1\ud800",
                f"\u202e{mark}\u2066 1",
                f"{mark} ١٢٣٤٥٦٧٨",
                f"{mark}1" * 40,
                f"{mark} 1\r\n\x1b[2J",
                f"{{key_role}} {mark} %s %d {{}} 1",
                f"'; DROP TABLE staff; -- {mark}1",
                "a" * 4090 + f"{mark}1",
                f"{mark}1" + "\u0301" * 300,
            ]
        )

    def thing(self, hint: Any, name: str, depth: int) -> Any:
        chance = self.chance
        if chance.random() < 0.01:
            return chance.choice((*_WRONG, self.mark + "1"))
        origin = typing.get_origin(hint)
        if origin in (Union, types.UnionType):
            return self.thing(
                chance.choice([one for one in typing.get_args(hint) if one is not type(None)]), name, depth
            )
        if isinstance(origin, type) and issubclass(origin, Sequence):
            return [self.thing(typing.get_args(hint)[0], name, depth + 1) for _ in range(chance.randrange(3))]
        if isinstance(hint, type) and issubclass(hint, TelegramObject):
            return self.of(chance.choice(_kinds_of(typing.cast(Any, hint))), depth + 1)
        return self.single(hint, name)

    def single(self, hint: Any, name: str) -> Any:
        chance = self.chance
        if hint is bool:
            return chance.random() < 0.5
        if hint is float:
            return chance.choice((0.0, -1.5, 1e300, 55.4))
        if hint in (datetime, timedelta):
            return chance.choice((0, 1_800_000_000, 2_000_000_000))
        if hint is int:
            return chance.choice(_NUMBERS if chance.random() < 0.2 else (chance.randrange(1, 10**6),))
        return self.word(name)

    def of(self, kind: Any, depth: int) -> dict[str, Any]:
        """What must be there, and a few of all that may."""
        fields = _fields(kind)
        few = 5 if depth < DEEPEST else 0
        optional = [one for one in fields if not one[2]]
        drawn = self.chance.sample(optional, min(len(optional), self.chance.randrange(few + 1)))
        made = {
            name: self.thing(hint, name, depth)
            for name, hint, needed in fields
            if needed and depth < 2 * DEEPEST
        }
        made |= {name: self.thing(hint, name, depth) for name, hint, _ in drawn}
        if made and self.chance.random() < 0.03:
            del made[self.chance.choice(list(made))]
        return made | {
            name: self.word(name) for name in _CLOSED if name not in made and len(_kinds_of(kind)) < 2
        }


def update(chance: random.Random, mark: str) -> dict[str, Any]:
    """One update of any kind, most often of the four, and most often in a private chat of somebody here."""
    lot = _Lot(chance, mark)
    kind = chance.choice(ANSWERED if chance.random() < 0.6 else KINDS)
    hints = {name: hint for name, hint, _ in _fields(_UPDATE)}
    made = lot.thing(hints[kind], kind, 0)
    if isinstance(made, dict) and chance.random() < 0.85:
        number = chance.choice(CHATS)
        _put_into(
            made, {"id": number, "type": "private"}, {"id": number, "is_bot": False, "first_name": mark + "1"}
        )
        if "message" in kind and chance.random() < 0.7:
            made[chance.choice(("text", "caption"))] = lot.word("text")
    return {kind: made}


def _put_into(made: dict[str, Any], chat: dict[str, Any], user: dict[str, Any]) -> None:
    """It is from somebody, in her own chat."""
    for name, value in (("chat", chat), ("from", user), ("user", user)):
        if name in made:
            made[name] = dict(value)
    if isinstance(made.get("message"), dict):
        made["message"]["chat"] = dict(chat)
