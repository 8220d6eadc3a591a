"""Who holds a phone in the sandbox; not what is on its screen."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phone:
    """`id` is both user and private chat, as in Telegram; `language` is what the phone is set to."""

    id: int
    role: str
    first_name: str
    language: str = "da"
    blocked: bool = False
    number: str = ""


# Nobody is invented: the name that the bot is told is the word for the role, and the numbers lie in a
# range that no operator gives out.
PHONES: tuple[Phone, ...] = (
    Phone(1001, "frontline", "Medarbejder", number="+4500001001"),
    Phone(1002, "key_person", "Nøgleperson", number="+4500001002"),
    Phone(1003, "coordinator", "Koordinator", number="+4500001003"),
)
