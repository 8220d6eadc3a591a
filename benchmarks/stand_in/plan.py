"""What is to be measured, as the parent process writes it, and what came of it."""

from dataclasses import dataclass, field

FIRST_CHAT = 1_000_001


@dataclass(frozen=True, slots=True)
class Plan:
    """`command` begins a conversation; `codes` are the ends of the callback data to press one after the other, where
    they are empty the first button is pressed for as long as there is one. `pause` is how long a person reads between
    two presses, half as long or half as long again; `wire` is seconds each way. The window is `seconds` long, and
    longer until as many conversations have ended in it as there are people, unless they read. `doors` are webhooks, one
    a replica; without them it polls."""

    people: int = 32
    command: str = "/start"
    codes: tuple[str, ...] = ()
    warm: float = 2.0
    seconds: float = 6.0
    pause: float = 0.0
    wire: float = 0.0
    patience: float = 10.0
    doors: tuple[str, ...] = ()
    secret: str = ""


@dataclass(slots=True)
class Figures:
    """`cpu` in milliseconds a press, what begins and ends a conversation spread over its presses; `p50` and `p99` from
    the press to its edit, `share50` and `share99` from the update's leaving to the first call that came for it, all in
    milliseconds; `memory` in megabytes, all processes together; `busy` is how much of all the
    machine's cores was in use, by whomever, from 0 to 1. `lost` presses waited in vain, `missing` buttons were
    not there, `unanswered` presses were never answered."""

    presses: int = 0
    conversations: int = 0
    notices: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    p50: float = 0.0
    p99: float = 0.0
    share50: float = 0.0
    share99: float = 0.0
    memory: float = 0.0
    busy: float = 0.0
    lost: int = 0
    missing: int = 0
    unanswered: int = 0
    refused: int = 0
    of: dict[str, int] = field(default_factory=dict)  # calls by method

    @property
    def rate(self) -> float:
        return self.presses / self.seconds if self.seconds else 0.0

    @property
    def errors(self) -> int:
        return self.lost + self.missing + self.unanswered + self.refused
