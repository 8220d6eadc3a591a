"""Every exception of ours; what a person does is never one of them.

OpsporError
├── MustNotStart          the command says one clear sentence and ends with status 2
│   ├── ConfigError       a setting, the municipality's file or the database's address
│   │   └── DatabaseAway  its server does not answer now: `opspor run` waits for it, the other commands end
│   ├── FlowError         a flow file; carries every problem found, not only the first
│   └── Unproven          the flows break a property of safety; carries the conversations that show it
└── WorldMisbehaved       met while running; work goes on
    ├── SessionConflict   somebody else saved this session first: read it again
    ├── StorageFailed     the database is locked, full or away: try again, confirm nothing
    ├── SendFailed        Telegram did not take it; `permanent` decides whether to try again
    └── NotDrawn          there is no picture of the figures: they are told in words
"""

from collections.abc import Sequence


class OpsporError(Exception):
    pass


class MustNotStart(OpsporError):
    pass


class ConfigError(MustNotStart):
    pass


class DatabaseAway(ConfigError):
    pass


class FlowError(MustNotStart):
    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Unproven(MustNotStart):
    pass


class WorldMisbehaved(OpsporError):
    pass


class SessionConflict(WorldMisbehaved):
    pass


class StorageFailed(WorldMisbehaved):
    pass


class SendFailed(WorldMisbehaved):
    """`retry_after` is in seconds, as Telegram asked; None where it did not ask. `blocked` says that the
    person does not want to hear from the bot, or is gone."""

    def __init__(
        self, reason: str, *, permanent: bool, retry_after: float | None = None, blocked: bool = False
    ) -> None:
        self.permanent = permanent
        self.blocked = blocked
        self.retry_after = retry_after
        super().__init__(reason)


class NotDrawn(WorldMisbehaved):
    pass
