"""The municipality's file: its names, numbers, units, hours and rules, checked whole before anything is started."""

import tomllib
from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from bot import handover
from bot.errors import ConfigError
from bot.handover import Rules
from bot.library import LocalLink, LocalOffer
from bot.worktime import Hours

_BESIDE = Path(__file__).with_name("municipality.example.toml")  # where a wheel has it
EXAMPLE = _BESIDE if _BESIDE.exists() else Path(__file__).parent.parent / _BESIDE.name
OFFER_CHECKED_WITHIN = timedelta(days=183)  # domain.md C: older entries are not shown
LAW_CHECKED_WITHIN = timedelta(days=365)
PLAN_ADOPTED_WITHIN = timedelta(days=4 * 365 + 1)  # barnets lov section 15(2)
SHOWN_LINKS = ("notification", "preparedness_plan")
WITHDRAWN_NUMBERS = {"70203082": "the old LOKK number; the national hotline is 1888"}


def _a_phone(value: str) -> str:
    digits = "".join(value.split())
    if not digits.removeprefix("+").isdigit():
        raise ValueError(f"'{value}' is not a telephone number")
    national = digits.removeprefix("+").removeprefix("0045").removeprefix("45")
    if withdrawn := WITHDRAWN_NUMBERS.get(digits) or WITHDRAWN_NUMBERS.get(national):
        raise ValueError(f"'{value}' must not be used: {withdrawn}")
    return value


def _hours(value: str) -> str:
    start, _, end = value.partition("-")
    try:
        in_order = time.fromisoformat(start) < time.fromisoformat(end)
    except ValueError:
        in_order = False
    if not in_order:
        raise ValueError(f"'{value}' is not like 08:00-15:30")
    return value


Phone = Annotated[str, Field(min_length=1), AfterValidator(_a_phone)]
FromTo = Annotated[str, AfterValidator(_hours)]
Word = Annotated[str, Field(min_length=1, max_length=60)]
UnitId = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,32}$")]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Names(_Table):
    key_role: Word
    reception: Word
    acute: Word


class Contact(_Table):
    phone: Phone
    last_checked: date


class Unit(_Table):
    """`neighbour` is the unit whose key persons are asked where those of this one do not answer."""

    id: UnitId
    name: Word
    key_phone: Phone
    neighbour: UnitId | None = None


class Specialists(_Table):
    """The units whose key persons know most of honour-related conflicts, shelters or children; they are asked along."""

    honour: UnitId | None = None
    shelter: UnitId | None = None
    children: UnitId | None = None


class Limits(_Table):
    """Minutes; each is counted from when somebody was asked."""

    delivered: Annotated[int, Field(ge=1)]
    opened: Annotated[int, Field(ge=1)]
    accepted: Annotated[int, Field(ge=1)]


class Clock(_Table):
    """Around the clock for what must be done today, in opening hours for the rest."""

    same_day: Limits = Limits(delivered=15, opened=60, accepted=120)
    standard: Limits = Limits(delivered=60, opened=420, accepted=840)


class Admission(_Table):
    """How long somebody is admitted for, until a coordinator renews it."""

    months: Annotated[int, Field(ge=1, le=60)] = 12

    @property
    def term(self) -> timedelta:
        """Months of a year's even length, so that a day can be told from either end."""
        return timedelta(days=self.months * 365 // 12)


class Practice(_Table):
    """How often each employee is offered a two-minute practice, in days; 0 for never."""

    offer_every_days: Annotated[int, Field(ge=0, le=730)] = 60

    @property
    def every(self) -> timedelta:
        return timedelta(days=self.offer_every_days)


LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]


class Languages(_Table):
    """Which languages are used besides Danish, None being every one that is whole; and whether a professional must have
    reviewed what citizens are shown."""

    staff: list[LanguageCode] | None = None
    citizen: list[LanguageCode] | None = None
    reviewed_only: bool = False


class Link(_Table):
    url: Annotated[str, Field(max_length=300)]
    last_checked: date
    adopted: date | None = None


class Offer(_Table):
    name: Word
    for_whom: Annotated[str, Field(max_length=200)]
    phone: Phone
    valid_until: date
    last_checked: date


class ContentChoices(_Table):
    unverified_approved_by: str = ""


class Week(_Table):
    monday: FromTo | None = None
    tuesday: FromTo | None = None
    wednesday: FromTo | None = None
    thursday: FromTo | None = None
    friday: FromTo | None = None
    saturday: FromTo | None = None
    sunday: FromTo | None = None


class Municipality(_Table):
    name: Word
    timezone: str
    names: dict[str, Names]
    reception: Contact
    acute: Contact
    hours: Week
    unit: list[Unit] = Field(min_length=1)
    specialists: Specialists = Specialists()
    clock: Clock = Clock()
    admission: Admission = Admission()
    links: dict[str, Link] = {}
    offer: list[Offer] = []
    content: ContentChoices = ContentChoices()
    languages: Languages = Languages()
    practice: Practice = Practice()

    def placeholders(self, unit: str, language: str, today: date) -> dict[str, str]:
        """What the texts' placeholders stand for, for staff of one unit in one language."""
        names = self.names.get(language, self.names["da"])
        home = next((one for one in self.unit if one.id == unit), self.unit[0])
        offers = (f"– {one.name}, {one.phone} ({one.for_whom})" for one in self.offers_on(today))
        return {
            "key_role": names.key_role,
            "reception": names.reception,
            "acute": names.acute,
            "reception_phone": self.reception.phone,
            "acute_phone": self.acute.phone,
            "key_phone": home.key_phone,
            "unit": home.name,
            "offers": "\n".join(offers),
        }

    def offers_on(self, today: date) -> tuple[LocalOffer, ...]:
        """Those that are valid then and were checked within half a year."""
        return tuple(LocalOffer(**dict(one)) for one in self.offer if _is_valid(one, today))

    def pages(self) -> tuple[LocalLink, ...]:
        """Those links that staff are shown."""
        return tuple(
            LocalLink(name, **dict(link)) for name, link in self.links.items() if name in SHOWN_LINKS
        )

    def opening(self) -> dict[int, tuple[time, time]]:
        """Opening and closing time by weekday, Monday being 0."""
        found: dict[int, tuple[time, time]] = {}
        for number, (_, hours) in enumerate(self.hours):
            if hours:
                start, _, end = hours.partition("-")
                found[number] = (time.fromisoformat(start), time.fromisoformat(end))
        return found

    def rules(self) -> Rules:
        """Who is asked about a hand-over, and how long each has."""
        same_day, standard = (
            handover.Limits(**dict(limits)) for limits in (self.clock.same_day, self.clock.standard)
        )
        return Rules(
            hours=Hours(self.opening(), self.timezone),
            urgent=same_day,
            standard=standard,
            units=tuple(unit.id for unit in self.unit),
            neighbours={unit.id: unit.neighbour for unit in self.unit if unit.neighbour},
            specialists={about: unit for about, unit in self.specialists if unit},
        )

    def grown_old(self, today: date) -> dict[str, int]:
        """How many of its dated data need a check."""
        return {
            "offers": sum(not _is_valid(one, today) for one in self.offer),
            "numbers": len(self._unchecked(today)),
            "plan": int(bool(self._of_plan(today))),
        }

    def warnings(self, today: date) -> Iterator[str]:
        """What has grown old, for the log at start and for `opspor doctor`."""
        for offer in self.offer:
            if not _is_valid(offer, today):
                yield f"offer '{offer.name}' is past its date or not checked for 6 months and is not shown"
        for name, contact in self._unchecked(today).items():
            yield f"the number of '{name}' was last checked on {contact.last_checked}: ring and check it"
        if of_plan := self._of_plan(today):
            yield of_plan
        if not self.content.unverified_approved_by:
            yield "advice from professional memory is not shown, because nobody has approved it"

    def _unchecked(self, today: date) -> dict[str, Contact]:
        numbers = {"reception": self.reception, "acute": self.acute}
        return {name: one for name, one in numbers.items() if today - one.last_checked > LAW_CHECKED_WITHIN}

    def _of_plan(self, today: date) -> str:
        plan = self.links.get("preparedness_plan")
        if plan is None or plan.adopted is None:
            return "no preparedness plan with an 'adopted' date is linked (barnets lov § 15, stk. 2)"
        if today - plan.adopted > PLAN_ADOPTED_WITHIN:
            return f"the preparedness plan was adopted on {plan.adopted}, more than four years ago"
        return ""


def _is_valid(offer: Offer, today: date) -> bool:
    return offer.valid_until >= today and today - offer.last_checked <= OFFER_CHECKED_WITHIN


def read(path: str | Path) -> Municipality:
    """Raises ConfigError that names the file and every key in it that is wrong."""
    try:
        data: dict[str, Any] = tomllib.loads(Path(path).read_text("utf-8"))
        found = Municipality.model_validate(data)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the municipality's file '{path}' cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"the municipality's file '{path}' is not readable TOML: {error}") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise ConfigError(f"the municipality's file '{path}' is not in order: {wrong}") from error
    _check_zone(path, found.timezone)
    if "da" not in found.names:
        raise ConfigError(f"the municipality's file '{path}': names.da is missing; Danish is needed")
    doubles = {unit.id for unit in found.unit if [one.id for one in found.unit].count(unit.id) > 1}
    if doubles:
        raise ConfigError(f"the municipality's file '{path}': unit id '{min(doubles)}' stands twice")
    _check_units(path, found)
    return found


def _check_units(path: str | Path, found: Municipality) -> None:
    known = {unit.id for unit in found.unit}
    named = {f"the neighbour of '{unit.id}'": unit.neighbour for unit in found.unit}
    named |= {f"specialists.{about}": unit for about, unit in found.specialists}
    for what, unit in named.items():
        if unit and (unit not in known or what == f"the neighbour of '{unit}'"):
            raise ConfigError(
                f"the municipality's file '{path}': {what} is '{unit}', which is no other unit in it"
            )


def _check_zone(path: str | Path, name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(f"the municipality's file '{path}': unknown timezone '{name}'") from error
