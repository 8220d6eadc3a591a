"""Whether typed words look as if they identify somebody, only to choose the kind of the answer; the words stay here."""

import re
import unicodedata

from stdnum.dk import cpr

PLAIN, IDENTIFYING, UNREAD = "text", "identifying", "unread"

# Up to three signs may stand between two digits: however a number is spelt, it is the same number.
_DIGITS = re.compile(r"\d(?:[\W_]{0,3}\d){7,}")
_COVERED = re.compile(r"(?<!\d)\d{6}[\W_]{0,3}[xX*#?]{4}")
# Of what stands before the sign one letter is enough: to look for the whole of it from every letter takes seconds.
_MAIL = re.compile(r"[\w.+-]\s*(?:@|\(at\)|\[at\])\s*[\w-]+\s*(?:\.|\(dot\)|\[dot\])\s*\w{2,}", re.IGNORECASE)
# Ten digits that begin with a day and a month, also where they overlap; most that are long enough do not.
_BORN = re.compile(r"(?=((?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d{6}))")
_HANDLE = re.compile(r"(?:^|\s)@\w{4,}|\b(?:t|wa|fb|m)\.(?:me|com)/\w+", re.IGNORECASE)
_STREET = re.compile(
    r"\b\w*(?:vej|gade|allé|alle|stræde|plads|torv|boulevard|vænget?|park(?:en)?|haven?|bakken?|toften?|stien?"
    r"|parken|gården|engen|lunden|kajen|brygge|street|road|straße|strasse)\.?,?\s*(?:nr\.?\s*)?\d{1,3}\s?[A-ZÆØÅ]?\b",
    re.IGNORECASE,
)
_TOWN = re.compile(r"\b(?:DK-?)?[1-9]\d{3}\s+[A-ZÆØÅ]\w+")
PHONE_DIGITS = 8
LONGEST = 4096  # Telegram's own limit; some single signs become eighteen when they are made plain
REGION = "DK"


def looks(words: str) -> str:
    """PLAIN or IDENTIFYING. Where that cannot be told, UNREAD: the strictest answer is given to it."""
    try:
        plain = _plain(words[: LONGEST + 1])
        if len(plain) > LONGEST:
            return UNREAD
        return IDENTIFYING if _identifies(plain) else PLAIN
    except Exception:
        return UNREAD


def _plain(words: str) -> str:
    """Digits of every script as ours, letters of every width as ours, and nothing that cannot be seen."""
    whole = unicodedata.normalize("NFKC", words)
    seen = (each for each in whole if unicodedata.category(each) != "Cf")
    return "".join(str(unicodedata.decimal(each, each)) for each in seen)


def _identifies(plain: str) -> bool:
    shapes = (_COVERED, _MAIL, _HANDLE, _STREET, _TOWN)
    return any(shape.search(plain) for shape in shapes) or _has_cpr(plain) or _has_phone(plain)


def _has_cpr(plain: str) -> bool:
    for found in _DIGITS.finditer(plain):
        digits = re.sub(r"\D", "", found[0])
        if any(cpr.is_valid(number) for number in set(_BORN.findall(digits))):
            return True
    return False


def _has_phone(plain: str) -> bool:
    if sum(each.isdigit() for each in plain) < PHONE_DIGITS:
        return False
    import phonenumbers  # only now: its tables are large, and digits are seldom typed

    return phonenumbers.PhoneNumberMatcher(plain, REGION).has_next()
