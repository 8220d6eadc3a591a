"""What may be kept as an employee's name or work telephone; pure, and it says nothing of what it refuses."""

import re
import unicodedata

NAME_AT_MOST = 60
PHONE_AT_MOST = 20
REGION = "DK"  # a number without a country's code is a Danish one
# What invented municipalities and the sandbox use: no Danish number begins with 0, and after 00, which leads abroad,
# six digits reach nobody.
_FICTIONAL = re.compile(r"00(\d\d)(\d\d)(\d\d)")

_PUNCTUATION = frozenset("-'’.")
_DIALLED = frozenset("0123456789+-()./ ")
# Letters and marks of which nothing is seen: fillers, joiners, and the signs that choose a letter's variant.
_UNSEEN = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def name(words: str) -> str:
    """Letters, and what stands between them in a name; "" where it is anything else, as a number, an address of
    the mail or a sign that cannot be seen."""
    tidy = _tidy(words)
    letters = [each for each in tidy if unicodedata.category(each).startswith("L")]
    right = len(letters) > 1 and all(_may_stand(each) for each in tidy) and not _UNSEEN.search(tidy)
    return tidy if right and len(tidy) <= NAME_AT_MOST and _has_few_marks(tidy) else ""


def phone(words: str) -> str:
    """A number that can be rung, in its international form, or one that plainly cannot; "" where it is none."""
    import phonenumbers  # only now: its tables are large, and it is seldom asked

    tidy = _tidy(words)
    if len(tidy) > PHONE_AT_MOST or not set(tidy) <= _DIALLED:  # the library finds a number in any sentence
        return ""
    if fictional := _FICTIONAL.fullmatch(tidy.replace(" ", "")):
        return " ".join(("00", *fictional.groups()))
    try:
        number = phonenumbers.parse(tidy, REGION)
    except phonenumbers.NumberParseException:
        return ""
    said = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return said if phonenumbers.is_valid_number(number) and len(said) <= PHONE_AT_MOST else ""


def _tidy(words: str) -> str:
    """One space between words. Only spaces are tidied: a line's end, a tab and the like are refused."""
    whole = unicodedata.normalize("NFC", words)
    spaced = "".join(" " if unicodedata.category(each) == "Zs" else each for each in whole)
    return " ".join(word for word in spaced.split(" ") if word)


def _may_stand(each: str) -> bool:
    return each == " " or each in _PUNCTUATION or unicodedata.category(each)[0] in {"L", "M"}


def _has_few_marks(tidy: str) -> bool:
    """Marks heaped on one letter run over the lines above and below."""
    marks = "".join("m" if unicodedata.category(each).startswith("M") else " " for each in tidy)
    return all(len(heap) < 3 for heap in marks.split())
