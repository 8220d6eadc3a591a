"""What is wrong or has grown old, as the log says at start and `opspor doctor` prints: nothing that keeps the bot from
running, and it mends nothing."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot import config, handover, terms
from bot.config import Settings
from bot.locales.words import Words
from bot.municipality import LAW_CHECKED_WITHIN
from bot.outcome import week_of
from bot.preparing import Prepared
from bot.storage import address, keys, leftovers, people, routes, sqlite

LEFTOVERS_SHOWN = timedelta(weeks=4)


def warnings(prepared: Prepared, environment: Mapping[str, str], today: datetime) -> Iterator[str]:
    """What the log says at start, and `opspor doctor` prints: nothing that keeps the bot from running."""
    yield from (f"{name} is not a setting of Opspor's" for name in config.unknown(environment))
    if prepared.settings.api_base.startswith("http://") and not config.is_this_machine(
        prepared.settings.api_base
    ):
        yield "OPSPOR_API_BASE is not https: the token and all that is said travel open to whoever is on the way"
    if address.is_open(prepared.settings.database):
        yield (
            "OPSPOR_DATABASE does not ask for TLS: the password and all rows may travel open to whoever is on the way;"
            " add ?ssl=verify-full"
        )
    if prepared.settings.metrics and not config.is_loopback(prepared.settings.metrics[0]):
        yield "OPSPOR_METRICS is not this machine alone: whoever reaches that port can read how the bot is doing"
    yield from prepared.municipality.warnings(today.date())
    yield from prepared.words.problems
    yield from _of_languages(prepared)
    for code, law in prepared.content.laws.items():
        if today.date() - law.checked_on > LAW_CHECKED_WITHIN:
            yield f"the law reference {code} was last checked on {law.checked_on}"
    if prepared.content.drafts:
        yield f"{prepared.content.drafts} cards are drafts (udkast): no professional has signed them"


def _of_languages(prepared: Prepared) -> Iterator[str]:
    """What the municipality's file asks for and does not get, and what nobody has read who knows."""
    words, chosen, names = prepared.words, prepared.municipality.languages, prepared.municipality.names
    asked = [("employees", one) for one in chosen.staff or () if one not in words.languages]
    asked += [("citizens", one) for one in chosen.citizen or () if one not in words.of_citizens]
    for whom, language in asked:
        yield (
            f"languages: '{language}' is asked for, for {whom}, and is not used: it is not there, not whole, or not"
            " reviewed where that is asked for"
        )
    for language in words.languages:
        if language not in names:
            yield f"names.{language} is missing: in that language people and places have their Danish names"
    unread = [one for one in words.of_citizens if not words.is_reviewed(one)]
    if unread:
        yield (
            f"no professional has reviewed what is shown to citizens in {', '.join(unread)}: each sentence says so"
            " to the employee; `reviewed_only = true` under [languages] leaves such languages out"
        )


def languages_of(words: Words) -> Iterator[str]:
    """Every language there is: who has reviewed it, and what keeps it out."""
    yield f"languages for employees: {', '.join(words.languages)}"
    yield f"languages for citizens: {', '.join(words.of_citizens)}"
    for one in words.standings:
        whom, used = (
            ("employees", words.languages) if one.domain == "staff" else ("citizens", words.of_citizens)
        )
        out = f", left out: {len(one.faults)} problems" if one.faults else ""
        left = out or ("" if one.language in used else ", not used")
        yield f"{one.language} for {whom}: {one.sentences} sentences, {one.review}{left}"


def exposed(settings: Settings) -> list[str]:
    """Files of the database that others could read; opening it mends that, and it cannot mend who has read them."""
    path = None if address.is_server(settings.database) else address.path_of(settings.database)
    files = sqlite.exposed(path) if path else []
    return [
        f"{file} could be read by others on this machine; from now on it is for its owner only"
        for file in files
    ]


def keys_in_use(c: Connection, prepared: Prepared) -> list[str]:
    """What is left to do while a key is being replaced."""
    if not prepared.settings.key_old:
        return []
    count = keys.under_old(c, prepared.cipher)
    if count:
        return [f"{count} rows are still sealed with OPSPOR_KEY_OLD: run `opspor rekey`"]
    return ["OPSPOR_KEY_OLD is set, and nothing is sealed with it any more: take it away"]


def rosters(c: Connection, prepared: Prepared, now: datetime) -> list[str]:
    """Units that cannot receive a referral, and people of units that the municipality's file does not have."""
    term, rules = prepared.municipality.admission.term, prepared.municipality.rules()
    everybody = people.everybody(c, prepared.cipher)
    over = {one.id for one in people.admitted_by(c, prepared.cipher, now - term)}
    staff = [one for one in everybody if one.id not in over or one.role == "coordinator"]
    found = [
        f"the admission of coordinator number {one.id} is over, and she stays because there is no other:"
        " let her renew it under /staff, or invite another"
        for one in staff
        if one.id in over and terms.is_last_coordinator(c, one)
    ]
    found += [
        f"{one.role} number {one.id} is of unit '{one.unit}', which the file lacks"
        for one in staff
        if one.unit not in rules.units
    ]
    for unit in rules.units:
        rings = handover.rings(unit, "", "standard", None, staff, rules, now)
        if not any(one.role == "key_person" for ring in rings for one in ring):
            found.append(f"unit '{unit}' has no key person who can be reached")
        if not rings:
            found.append(f"unit '{unit}' has nobody at all who could be asked")
    return found


def routes_of(c: Connection, prepared: Prepared) -> list[str]:
    """When each unit's way to its key persons was last shown to work."""
    known, zone = routes.all_of(c), ZoneInfo(prepared.municipality.timezone)
    proven = {unit: known[unit][1] if unit in known else None for unit in prepared.municipality.rules().units}
    said = {
        unit: f"{when.astimezone(zone):%Y-%m-%d %H:%M}" if when else "never" for unit, when in proven.items()
    }
    return [f"the route of unit '{unit}' was last shown to work: {when}" for unit, when in said.items()]


def leftovers_of(c: Connection, now: datetime) -> Iterator[str]:
    """What Telegram would not delete any more, of the last weeks."""
    for week, count in leftovers.since(c, week_of((now - LEFTOVERS_SHOWN).date())).items():
        yield f"{week}: {count} messages could not be deleted any more"
