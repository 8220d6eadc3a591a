"""The sandbox's world with a memory: what was shown to whom, what was answered and what was confirmed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.world import JSON, World


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of the bot's as it stood in a chat at one moment; `codes` are what its buttons do."""

    chat: int
    message: int
    text: str
    codes: tuple[str, ...]

    @property
    def turn(self) -> int:
        """Of the conversation that it belongs to; 0 where it belongs to none."""
        return max((int(code.partition(":")[0]) for code in self.codes), default=0)

    def orders(self, action: str) -> list[str]:
        """What the buttons that are always valid name, as the referral of `0:open.<referral>`."""
        begin = f"0:{action}."
        return [code.removeprefix(begin) for code in self.codes if code.startswith(begin)]


class Witness(World):
    """`on_shown` and `on_gone` are told of each message of the bot's that is shown or changed, or deleted."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.on_shown: Callable[[Shown], None] = lambda shown: None
        self.on_pressed: Callable[[], None] = lambda: None  # what something is stored with
        self.asked: dict[str, int] = {}  # the update of each press, by the query's id
        self.answered: set[int] = set()  # updates whose press was answered
        self.confirmed: dict[int, JSON] = {}
        self.notices: list[Shown] = []  # everything that was sent, and not only changed

    def queue_raw(self, update: JSON) -> JSON:
        update = super().queue_raw(update)
        query = update.get("callback_query")
        if query:
            self.asked[query["id"]] = update["update_id"]
        return update

    def confirm(self, before: int) -> None:
        self.confirmed |= {id: update for id, update in self.updates.items() if id < before}
        super().confirm(before)

    def bring_again(self, id: int) -> None:
        """As Telegram may, an update that it has brought before and that was confirmed."""
        self.updates[id] = self.confirmed[id]
        self.arrived.set()

    def tell(self, event: JSON) -> None:
        super().tell(event)
        if event["type"] == "answer":
            self.answered.add(self.asked[event["answer"]["callback_query_id"]])
        elif event["type"] in ("message", "edited") and event["message"]["from"]["is_bot"]:
            shown = as_shown(event["message"])
            if event["type"] == "message":
                self.notices.append(shown)
            self.on_shown(shown)

    def waiting(self, chat: int) -> int:
        """How many updates of this chat the bot has not taken yet."""
        bodies = [
            body for update in self.updates.values() for body in update.values() if isinstance(body, dict)
        ]
        return sum(body["from"]["id"] == chat for body in bodies)

    def standing(self, chat: int) -> list[Shown]:
        """The bot's messages in a chat, the newest first."""
        found = self.messages.get(chat, {}).values()
        cards = [as_shown(message) for message in found if message["from"]["is_bot"]]
        return sorted(cards, key=lambda card: -card.message)

    def own(self, chat: int) -> list[int]:
        """The person's own messages that stand in her chat."""
        found = self.messages.get(chat, {}).items()
        return [id for id, message in found if not message["from"]["is_bot"]]


def as_shown(message: JSON) -> Shown:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    codes = tuple(button["callback_data"] for row in rows for button in row if "callback_data" in button)
    return Shown(message["chat"]["id"], message["message_id"], message.get("text", ""), codes)
