"""Settings and the municipality's file: what is wrong is one clear sentence, before anything is started."""

import base64
from collections.abc import Callable
from datetime import date, time
from pathlib import Path

import pytest

from bot import config
from bot.errors import ConfigError
from bot.municipality import EXAMPLE
from bot.municipality import read as read_municipality

TOKEN = "123456789:AAFakeFakeFakeFakeFakeFakeFakeFakeFak"
KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
WHOLE = {"OPSPOR_TOKEN": TOKEN, "OPSPOR_KEY": KEY, "OPSPOR_MUNICIPALITY": "town.toml"}
NEED = ("TOKEN", "KEY", "MUNICIPALITY")
TODAY = date(2026, 11, 22)
TEXT = EXAMPLE.read_text("utf-8")


def refused(work: Callable[[], object]) -> str:
    """The one sentence that a mistake leads to."""
    with pytest.raises(ConfigError) as error:
        work()
    said = str(error.value)
    assert said and "\n" not in said.strip(), said
    assert TOKEN not in said and KEY not in said, "a secret in a message"
    return said


# --- settings ---------------------------------------------------------------------------------------


def test_what_is_set_is_read_and_the_rest_has_a_value_that_works() -> None:
    found = config.settings(WHOLE, need=NEED)
    assert (found.token, found.key, found.municipality) == (TOKEN, KEY, "town.toml")
    assert (found.api_base, found.database, found.log) == (config.TELEGRAM, "sqlite:///opspor.db", "INFO")
    assert found.api_base == "https://api.telegram.org"


def test_each_setting_can_be_changed() -> None:
    others = {
        "OPSPOR_API_BASE": "http://127.0.0.1:8081/",
        "OPSPOR_DATABASE": "sqlite:////tmp/x.db",
        "OPSPOR_LOG": "debug",
        "OPSPOR_TOKEN": f" {TOKEN}\n",
    }
    found = config.settings({**WHOLE, **others}, need=NEED)
    assert found.api_base == "http://127.0.0.1:8081"
    assert (found.database, found.log, found.token) == ("sqlite:////tmp/x.db", "DEBUG", TOKEN)


def test_a_command_that_needs_nothing_runs_without_any_setting() -> None:
    found = config.settings({})
    assert (found.token, found.key, found.municipality) == ("", "", "")


@pytest.mark.parametrize("name", NEED)
@pytest.mark.parametrize("given", [None, "", "   "])
def test_a_setting_that_is_needed_and_missing_is_named_with_what_it_is(name: str, given: str | None) -> None:
    environment = {key: value for key, value in WHOLE.items() if key != f"OPSPOR_{name}"}
    if given is not None:
        environment[f"OPSPOR_{name}"] = given
    said = refused(lambda: config.settings(environment, need=NEED))
    assert said.startswith(f"OPSPOR_{name} is not set: give ")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LOG", "LOUD", "OPSPOR_LOG is 'LOUD'; it takes DEBUG, INFO, WARNING or ERROR"),
        (
            "TOKEN",
            "no-colon",
            "OPSPOR_TOKEN does not look like a bot token (digits, a colon, letters): copy it again",
        ),
        (
            "API_BASE",
            "api.telegram.org",
            "OPSPOR_API_BASE is 'api.telegram.org'; it must begin with http:// or https://",
        ),
        ("API_BASE", "ftp://x", "OPSPOR_API_BASE is 'ftp://x'; it must begin with http:// or https://"),
        *(
            ("KEY", key, "OPSPOR_KEY is not 32 bytes in URL-safe base64; `opspor key` prints a new one")
            for key in ("short", "x" * 43, "æ" * 44, base64.urlsafe_b64encode(bytes(31)).decode(), "=" * 44)
        ),
        ("KEY", base64.urlsafe_b64encode(bytes(33)).decode(), "OPSPOR_KEY is not 32 bytes"),
        ("KEY", KEY + KEY, "OPSPOR_KEY is not 32 bytes"),
        *(
            (
                "WEBHOOK_URL",
                url,
                "OPSPOR_WEBHOOK_URL must begin with https://: Telegram posts what people write there",
            )
            for url in (
                "http://bot.example.dk/x",
                "bot.example.dk/x",
                "ftp://x/y",
                "http://127.0.0.1.example.dk/",
            )
        ),
        *(
            ("WEBHOOK_URL", url, "OPSPOR_WEBHOOK_URL takes a host and a path and nothing else")
            for url in ("https:///x", "https://a:b@x/y", "https://x/y?z", "https://x/y#z", "https://x:0/y")
        ),
        ("WEBHOOK_URL", "https://x:99999/y", "OPSPOR_WEBHOOK_URL is not an address"),
        ("WEBHOOK_URL", "https://[x/y", "OPSPOR_WEBHOOK_URL is not an address"),
        (
            "WEBHOOK_URL",
            "https://x/healthz",
            "OPSPOR_WEBHOOK_URL has the path /healthz, which is for the load",
        ),
        *(
            ("WEBHOOK_SECRET", secret, "OPSPOR_WEBHOOK_SECRET takes 16 to 256 characters, each of A-Z, a-z,")
            for secret in ("x" * 15, "x" * 257, "x" * 20 + "!", "x" * 20 + "æ", "x" * 10 + " " + "x" * 10)
        ),
        *(
            (
                "LISTEN",
                address,
                f"OPSPOR_LISTEN is '{address}'; it takes a host and a port, as 127.0.0.1:8443",
            )
            for address in ("8443", ":8443", "x:", "x:0", "x:65536", "x:y", "::1:8443", "http://x:1")
        ),
    ],
)
def test_a_setting_that_cannot_work_is_refused(name: str, value: str, said: str) -> None:
    assert refused(lambda: config.settings({**WHOLE, f"OPSPOR_{name}": value})).startswith(said)


@pytest.mark.parametrize("name", NEED)
def test_a_secret_may_come_from_a_file(name: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(WHOLE[f"OPSPOR_{name}"] + "\n", "utf-8")
    environment = {key: value for key, value in WHOLE.items() if key != f"OPSPOR_{name}"}
    found = config.settings({**environment, f"OPSPOR_{name}_FILE": str(file)}, need=NEED)
    assert getattr(found, name.lower()) == WHOLE[f"OPSPOR_{name}"]


@pytest.mark.parametrize("name", NEED)
def test_a_secrets_file_that_cannot_be_read_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"\xff\xfe\xff")
    for file in (tmp_path / "nowhere", tmp_path, tmp_path / "latin"):
        said = refused(lambda file=file: config.settings({f"OPSPOR_{name}_FILE": str(file)}))  # type: ignore[misc]
        assert said.startswith(f"OPSPOR_{name}_FILE names '{file}', which cannot be read: ")


def test_the_webhooks_secret_may_come_from_a_file_and_its_address_may_be_of_this_machine_for_trials(
    tmp_path: Path,
) -> None:
    (tmp_path / "secret").write_text("a_secret-of-20-letters\n", "utf-8")
    given = {"OPSPOR_WEBHOOK_SECRET_FILE": str(tmp_path / "secret"), "OPSPOR_LISTEN": "[::1]:9443"}
    for url in ("https://bot.example.dk/telegram", "https://bot.example.dk:8443", "http://127.0.0.1:9443/x"):
        found = config.settings(
            {**WHOLE, **given, "OPSPOR_WEBHOOK_URL": url}, need=("WEBHOOK_URL", "WEBHOOK_SECRET")
        )
        assert (found.webhook_url, found.webhook_secret) == (url, "a_secret-of-20-letters")
        assert found.listen == ("::1", 9443)
        assert "20-letters" not in repr(found) and url not in repr(found)
    assert config.settings(WHOLE).listen == ("127.0.0.1", 8443)


@pytest.mark.parametrize("name", ["WEBHOOK_URL", "WEBHOOK_SECRET"])
def test_a_webhook_that_is_asked_for_without_its_settings_is_refused(name: str) -> None:
    said = refused(lambda: config.settings(WHOLE, need=(name,)))
    assert said.startswith(f"OPSPOR_{name} is not set: give ")


def test_an_empty_secrets_file_is_a_missing_setting(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n", "utf-8")
    environment = {**WHOLE, "OPSPOR_TOKEN_FILE": str(tmp_path / "empty")}
    assert refused(lambda: config.settings(environment, need=NEED)).startswith("OPSPOR_TOKEN is not set")


def test_a_variable_that_begins_like_ours_and_means_nothing_is_warned_of() -> None:
    environment = {**WHOLE, "OPSPOR_TOKN": "x", "OPSPOR_KEY_FILES": "x", "PATH": "/", "OPSPOR_KEY_FILE": "/k"}
    assert sorted(config.unknown(environment)) == ["OPSPOR_KEY_FILES", "OPSPOR_TOKN"]
    assert list(config.unknown({f"OPSPOR_{name}": "x" for name in config.KNOWN})) == []


# --- the municipality's file ------------------------------------------------------------------------


def town(tmp_path: Path, *edits: tuple[str, str]) -> Path:
    text = TEXT
    for old, new in edits:
        assert old in text, f"nothing to edit: {old}"
        text = text.replace(old, new, 1)
    path = tmp_path / "town.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_example_is_in_order_and_warns_of_nothing() -> None:
    found = read_municipality(EXAMPLE)
    assert [unit.id for unit in found.unit] == ["jobcenter", "sundhed", "voksen"]
    assert list(found.warnings(TODAY)) == []


@pytest.mark.parametrize(("months", "days"), [(1, 30), (6, 182), (12, 365), (24, 730)])
def test_an_admission_holds_for_the_months_that_the_file_says(tmp_path: Path, months: int, days: int) -> None:
    found = read_municipality(town(tmp_path, ("months = 12", f"months = {months}")))
    assert found.admission.term.days == days
    without = read_municipality(town(tmp_path, ("[admission]\nmonths = 12\n", "")))
    assert without.admission.term.days == 365


SECOND_UNIT = '[[unit]]\nid = "sundhed"'

WRONG: dict[str, tuple[str, str, str]] = {
    "a wrong phone": (
        'phone = "00 00 00 10"',
        'phone = "ring os"',
        "reception.phone: Value error, 'ring os' is not a telephone number",
    ),
    "an empty phone": ('phone = "00 00 00 10"', 'phone = ""', "reception.phone: "),
    "half a phone": (
        'phone = "00 00 00 11"',
        'phone = "+"',
        "acute.phone: Value error, '+' is not a telephone number",
    ),
    "a phone with two plusses": ('phone = "00 00 00 11"', 'phone = "++45 1"', "acute.phone: "),
    "the withdrawn LOKK number": (
        'key_phone = "00 00 00 12"',
        'key_phone = "70 20 30 82"',
        "unit.0.key_phone: Value error, '70 20 30 82' must not be used: the old LOKK number",
    ),
    "the withdrawn LOKK number with its country": (
        'key_phone = "00 00 00 12"',
        'key_phone = "+45 70 20 30 82"',
        "unit.0.key_phone: Value error, '+45 70 20 30 82' must not be used: the old LOKK number",
    ),
    "the withdrawn LOKK number of an offer": (
        'phone = "00 00 00 15"',
        'phone = "70203082"',
        "offer.0.phone: Value error, '70203082' must not be used",
    ),
    "an admission of no time": ("months = 12", "months = 0", "admission.months: "),
    "an admission for ever": ("months = 12", "months = 61", "admission.months: "),
    "a double unit": ('id = "sundhed"', 'id = "jobcenter"', "unit id 'jobcenter' stands twice"),
    "a unit with spaces": ('id = "sundhed"', 'id = "Sundhed Nord"', "unit.1.id: String should match pattern"),
    "an unknown timezone": (
        '"Europe/Copenhagen"',
        '"Europe/Kobenhavn"',
        "unknown timezone 'Europe/Kobenhavn'",
    ),
    "an empty timezone": ('"Europe/Copenhagen"', '""', "unknown timezone ''"),
    "a timezone outside the list": (
        '"Europe/Copenhagen"',
        '"../etc/passwd"',
        "unknown timezone '../etc/passwd'",
    ),
    "a timezone that is a directory": ('"Europe/Copenhagen"', '"Europe"', "unknown timezone 'Europe'"),
    "no Danish names": ("[names.da]", "[names.sv]", "names.da is missing; Danish is needed"),
    "a missing name": ('acute = "den sociale vagt"\n', "", "names.da.acute: Field required"),
    "an empty name": ('acute = "den sociale vagt"', 'acute = ""', "names.da.acute: "),
    "an unknown key": (
        'name = "Eksempelby',
        'mayor = "x"\nname = "Eksempelby',
        "mayor: Extra inputs are not permitted",
    ),
    "hours the wrong way round": (
        '"08:00-17:00"',
        '"17:00-08:00"',
        "hours.thursday: Value error, '17:00-08:00' is not like",
    ),
    "hours without a dash": (
        '"08:00-17:00"',
        '"08:00"',
        "hours.thursday: Value error, '08:00' is not like 08:00-15:30",
    ),
    "hours that are none": ('"08:00-17:00"', '"8-17"', "hours.thursday: Value error, '8-17' is not like"),
    "an unknown day": ("thursday =", "torsdag =", "hours.torsdag: Extra inputs are not permitted"),
    "no date": (
        'phone = "00 00 00 10"\nlast_checked = 2026-11-02',
        'phone = "00 00 00 10"',
        "reception.last_checked: Field required",
    ),
    "a date that is none": ("valid_until = 2027-12-31", 'valid_until = "next year"', "offer.0.valid_until: "),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_in_the_municipalitys_file_is_named_with_its_place(name: str, tmp_path: Path) -> None:
    old, new, problem = WRONG[name]
    path = town(tmp_path, (old, new))
    said = refused(lambda: read_municipality(path))
    assert said.startswith(f"the municipality's file '{path}'")
    assert problem in said


def test_every_mistake_in_the_file_is_in_the_one_sentence(tmp_path: Path) -> None:
    path = town(
        tmp_path, ('phone = "00 00 00 10"', 'phone = "x"'), ("[hours]", "[opening]"), ("[acute]", "[akut]")
    )
    said = refused(lambda: read_municipality(path))
    for place in ("reception.phone", "hours: Field required", "acute: Field required", "opening", "akut"):
        assert place in said


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    path = town(tmp_path, ("[hours]", "[hours"))
    assert refused(lambda: read_municipality(path)).startswith(
        f"the municipality's file '{path}' is not readable TOML: "
    )


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes('name = "Læsø"'.encode("latin-1"))
    for path in (tmp_path / "nowhere.toml", tmp_path, tmp_path / "latin.toml"):
        said = refused(lambda path=path: read_municipality(path))  # type: ignore[misc]
        assert said.startswith(f"the municipality's file '{path}' cannot be read: ")


def test_an_empty_file_says_all_that_is_missing(tmp_path: Path) -> None:
    (tmp_path / "empty.toml").write_text("", "utf-8")
    said = refused(lambda: read_municipality(tmp_path / "empty.toml"))
    for key in ("name", "timezone", "names", "reception", "acute", "hours", "unit"):
        assert f"{key}: Field required" in said


def test_no_unit_at_all_is_refused(tmp_path: Path) -> None:
    units = TEXT[TEXT.index("[[unit]]") : TEXT.index("# Links that staff need")]
    path = town(tmp_path, (units, ""))
    assert "unit: Field required" in refused(lambda: read_municipality(path))


# --- what the texts are filled in with --------------------------------------------------------------


def test_the_placeholders_are_those_of_the_language_and_the_unit() -> None:
    found = read_municipality(EXAMPLE)
    danish = found.placeholders("sundhed", "da", TODAY)
    english = found.placeholders("jobcenter", "en", TODAY)
    assert (danish["key_role"], danish["key_phone"]) == ("nøglepersonen", "00 00 00 13")
    assert (english["key_role"], english["key_phone"]) == ("the key person", "00 00 00 12")
    assert danish["reception"] == "Modtagelsen for Børn og Unge"
    assert english["reception"] == "the children's reception team"
    assert (danish["acute"], danish["acute_phone"]) == ("den sociale vagt", "00 00 00 11")
    assert danish["reception_phone"] == english["reception_phone"] == "00 00 00 10"


def test_a_language_or_unit_that_the_file_does_not_know_gets_the_danish_names_and_the_first_number() -> None:
    found = read_municipality(EXAMPLE)
    assert found.placeholders("closed_last_year", "ar", TODAY) == found.placeholders("jobcenter", "da", TODAY)


@pytest.mark.parametrize(
    ("today", "shown"),
    [
        (date(2026, 11, 22), ["Samtaler", "Gruppeforløb"]),
        (date(2027, 5, 4), ["Samtaler", "Gruppeforløb"]),  # 183 days after it was checked
        (date(2027, 5, 5), []),
    ],
)
def test_an_offer_that_nobody_has_checked_for_half_a_year_is_not_shown(today: date, shown: list[str]) -> None:
    found = read_municipality(EXAMPLE)
    offers = found.placeholders("jobcenter", "da", today)["offers"].split("\n")
    assert [one.split()[1].rstrip(",") for one in offers if one] == shown
    assert len([said for said in found.warnings(today) if said.startswith("offer '")]) == 2 - len(shown)


def test_an_offer_past_its_date_is_not_shown_and_is_warned_of(tmp_path: Path) -> None:
    path = town(tmp_path, ("valid_until = 2027-12-31", "valid_until = 2026-11-21"))
    found = read_municipality(path)
    assert "Samtaler" not in found.placeholders("jobcenter", "da", TODAY)["offers"]
    assert "Samtaler" in found.placeholders("jobcenter", "da", date(2026, 11, 21))["offers"]
    assert list(found.warnings(TODAY)) == [
        "offer 'Samtaler om vold, Familiehuset' is past its date or not checked for 6 months and is not shown"
    ]


def test_an_offer_is_shown_with_its_number_and_whom_it_is_for() -> None:
    offers = read_municipality(EXAMPLE).placeholders("jobcenter", "da", TODAY)["offers"]
    assert offers.split("\n")[0] == (
        "– Samtaler om vold, Familiehuset, 00 00 00 15 (voksne, der er eller har været udsat for vold)"
    )


def test_opening_hours_are_by_weekday_and_a_day_that_is_not_named_is_closed() -> None:
    opening = read_municipality(EXAMPLE).opening()
    assert set(opening) == {0, 1, 2, 3, 4}
    assert opening[3] == (time(8), time(17))
    assert opening[4] == (time(8), time(13))


# --- what has grown old -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'phone = "00 00 00 10"\nlast_checked = 2026-11-02',
            'phone = "00 00 00 10"\nlast_checked = 2025-11-21',
            "the number of 'reception' was last checked on 2025-11-21: ring and check it",
        ),
        (
            'phone = "00 00 00 11"\nlast_checked = 2026-11-02',
            'phone = "00 00 00 11"\nlast_checked = 2024-01-01',
            "the number of 'acute' was last checked on 2024-01-01: ring and check it",
        ),
        (
            "adopted = 2025-03-20",
            "adopted = 2022-11-21",
            "the preparedness plan was adopted on 2022-11-21, more than four years ago",
        ),
        (
            "adopted = 2025-03-20\n",
            "",
            "no preparedness plan with an 'adopted' date is linked (barnets lov § 15, stk. 2)",
        ),
        (
            "[links.preparedness_plan]",
            "[links.other_plan]",
            "no preparedness plan with an 'adopted' date is linked (barnets lov § 15, stk. 2)",
        ),
        (
            'unverified_approved_by = "voldsfaglig konsulent (opdigtet), 2026-11-02"',
            "",
            "advice from professional memory is not shown, because nobody has approved it",
        ),
    ],
)
def test_what_has_grown_old_is_warned_of_and_nothing_else_is(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    assert list(read_municipality(town(tmp_path, (old, new))).warnings(TODAY)) == [said]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            'phone = "00 00 00 10"\nlast_checked = 2026-11-02',
            'phone = "00 00 00 10"\nlast_checked = 2025-11-22',
        ),
        ("adopted = 2025-03-20", "adopted = 2022-11-22"),
    ],
)
def test_what_is_just_young_enough_is_not_warned_of(old: str, new: str, tmp_path: Path) -> None:
    assert list(read_municipality(town(tmp_path, (old, new))).warnings(TODAY)) == []
