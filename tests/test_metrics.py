"""What Prometheus is shown: how much was done, how it went and what waits; and nothing that could name anyone."""

import asyncio
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import psutil
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample
from telegram.error import NetworkError

from bot import checkup, config, counting, metrics, preparing, probing, sweeping, vitals
from bot.errors import ConfigError
from bot.model import Notice
from bot.storage import traces
from tests.cast import CITIZEN, CONTENT, NOTHING_MORE, TOWN, Cast, finish, on_stage, play, refer
from tests.test_command_line import (
    ROOT,
    aside,
    bot_api,
    ended,
    logged,
    one_sentence,
    opspor,
    sees,
    started,
    types,
)
from tests.test_webhook import free_port
from tests.test_webhook_running import at_the_door
from tests.wire import BLOCKED, bad

LABELS = {
    "kind": {*counting.UPDATES, *counting.KINDS},
    "result": set(counting.RESULTS),
    "outcome": set(counting.ESCALATIONS),
    "work": set(counting.WORKS),
    "le": {*map(str, counting.BUCKETS), "+Inf"},
}


def shown_of(cast: Cast) -> metrics.Shown:
    house = cast.house
    return metrics.Shown(house.counts, lambda: house.db.errors, house.silence, house.version)


async def read(cast: Cast) -> counting.Vitals:
    house = cast.house
    return await house.db.run(lambda c: vitals.read(c, house, house.clock()))


async def exposition(cast: Cast) -> str:
    """The page, word for word, as it would be at the port now."""
    shown, registry = shown_of(cast), CollectorRegistry()
    shown.vitals = await read(cast)
    registry.register(shown)
    return generate_latest(registry).decode()


def samples(page: str) -> Iterator[Sample]:
    for family in text_string_to_metric_families(page):
        yield from family.samples


async def value(cast: Cast, name: str, **labels: str) -> float:
    (found,) = [
        one.value
        for one in samples(await exposition(cast))
        if one.name == f"opspor_{name}" and one.labels == labels
    ]
    return found


# --- what was done ------------------------------------------------------------------------------------------------


async def test_a_press_a_command_and_typed_words_are_counted_by_what_they_are(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, "anna > /new\nanna * Midt i et møde\nanna * Tilbage\nbente > hej")
        counted = {kind: await value(cast, "updates_total", kind=kind) for kind in counting.UPDATES}
        assert counted == {"press": 2, "command": 1, "typed": 1, "blocked": 0, "unblocked": 0}
        assert await value(cast, "update_seconds_count") == 4


async def test_our_share_of_an_update_falls_into_the_bucket_of_its_length() -> None:
    counts = counting.Counts()
    for seconds in (0.0004, 0.004, 0.0041, 0.3, 7.0):
        counts.took(seconds)
    shown = metrics.Shown(counts, lambda: 0, lambda: None, "0")
    (spent,) = [one for one in shown.collect() if one.name == "opspor_update_seconds"]
    upto = {one.labels["le"]: one.value for one in spent.samples if one.name.endswith("_bucket")}
    assert [upto[le] for le in ("0.001", "0.003", "0.005", "0.25", "0.5", "1.0", "+Inf")] == [
        1,
        1,
        3,
        3,
        4,
        4,
        5,
    ]
    assert sum(one.value for one in spent.samples if one.name.endswith("_sum")) == pytest.approx(7.3085)


async def test_a_delivery_that_fails_for_now_counts_as_later_and_then_as_sent(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        cast.wire.script("sendMessage", NetworkError("away"), chat=cast.bente.chat)
        await cast.outbox()
        assert await value(cast, "deliveries_total", kind="referral", result="later") == 1
        assert await value(cast, "deliveries_total", kind="referral", result="sent") == 0
        assert await value(cast, "outbox_due") == 1
        cast.later(seconds=3)
        await cast.outbox()
        assert await value(cast, "deliveries_total", kind="referral", result="sent") == 1
        assert await value(cast, "deliveries_total", kind="status", result="sent") >= 1


@pytest.mark.parametrize(("said", "result"), [(BLOCKED, "blocked"), (bad("message is too long"), "refused")])
async def test_a_delivery_that_telegram_never_takes_counts_as_what_it_was(
    tmp_path: Path, said: object, result: str
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        cast.wire.script("sendMessage", said, chat=cast.bente.chat)
        await cast.outbox()
        assert await value(cast, "deliveries_total", kind="referral", result=result) == 1


async def test_a_hand_over_whose_time_passes_is_counted_until_nobody_is_left(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna, safe_today="no")
        for expected in ((0, 0, 0), (1, 0, 0), (1, 1, 1)):  # asked, the coordinator too, nobody left
            await cast.outbox()
            asked = await value(cast, "escalations_total", outcome="asked_more")
            ended_ = await value(cast, "escalations_total", outcome="nobody_left")
            assert (asked, ended_, await value(cast, "handovers_nobody_left")) == expected
            cast.later(days=1)
        await play(cast, "karen > /inbox")
        await cast.karen.press(f"open.{await cast.reference()}")
        await cast.karen.press("take.accept")
        assert await value(cast, "handovers_nobody_left") == 0


async def test_what_the_database_does_not_take_is_counted(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        before = await value(cast, "database_errors_total")
        cast.db.failures = 1
        await cast.anna.say("/new")  # it comes again, and is taken
        assert (before, await value(cast, "database_errors_total")) == (0, 1)


async def test_a_sweeping_work_that_breaks_off_is_counted_by_its_name(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        cast.db.bug = RuntimeError("a mistake of ours")
        await sweeping.Sweep(cast.house).look()
        cast.db.bug = None
        failed = {work: await value(cast, "work_failures_total", work=work) for work in counting.WORKS}
        assert {work for work, count in failed.items() if count} >= {"expire", "lapse", "routes", "blank"}
        assert failed["outbox"] == 0


# --- what waits ---------------------------------------------------------------------------------------------------


async def test_the_age_of_the_oldest_notice_counts_on_although_each_try_in_vain_puts_it_off(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        begun = cast.time.seconds
        for _ in range(20):
            cast.wire.script("sendMessage", NetworkError("away"), chat=cast.bente.chat)
            await cast.outbox()
            cast.later(minutes=1)
        told, passed = await value(cast, "outbox_oldest_due_seconds"), cast.time.seconds - begun
        assert 600 < told <= passed  # never more than the truth: a look comes later than the time that is set


async def test_a_notice_that_nobody_tries_to_send_grows_older_with_the_clock(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        assert await value(cast, "outbox_oldest_due_seconds") == 0
        await refer(cast.anna)
        cast.later(minutes=7)
        assert await value(cast, "outbox_oldest_due_seconds") == 420
        assert await value(cast, "outbox_due") >= 2
        await cast.outbox()
        assert await value(cast, "outbox_due") == 0
        assert await value(cast, "outbox_ahead") >= 1  # the clock of the hand-over


async def test_a_message_that_should_be_gone_is_told_with_its_age_also_while_it_is_put_off(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        number = await cast.anna.id()
        await cast.ask(lambda c: traces.keep(c, number, 77, cast.time.now()))
        cast.later(hours=2)
        await cast.ask(lambda c: traces.put_off(c, number, [77], cast.time.now()))
        assert await value(cast, "deletions_overdue") == 1
        assert await value(cast, "deletions_oldest_overdue_seconds") == 7200


async def test_a_unit_is_told_of_by_number_when_nobody_there_can_be_reached_and_when_that_was_not_shown(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        assert await value(cast, "units_unproven") == 1  # the job centre's way was never tried
        await sweeping.Sweep(cast.house).look()
        await cast.outbox()
        assert await value(cast, "units_unproven") == 0
        cast.later(days=6)  # from a Tuesday to Monday: four working days
        assert await value(cast, "units_unproven") == 1
        assert await value(cast, "units_unreached") == 0
        await cast.admit("dorte", 7004, "frontline", "sundhed")
        assert await value(cast, "units_unreached") == 1


async def test_a_weekend_is_no_reason_to_doubt_a_way(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        cast.later(days=3)  # Friday
        await sweeping.Sweep(cast.house).look()
        await cast.outbox()
        cast.later(days=5)  # Wednesday, the third working day since
        assert await value(cast, "units_unproven") == 0
        cast.later(days=1)
        assert (await read(cast)).unproven == ("jobcenter",)


async def test_whether_a_unit_can_be_reached_is_judged_as_where_the_hand_over_goes(tmp_path: Path) -> None:
    """The rows are read without unsealing anybody; what comes of it must be the same."""
    async with on_stage(tmp_path) as cast:
        await cast.admit("dorte", 7004, "frontline", "sundhed")
        await cast.admit("else", 7005, "key_person", "voksen")
        for do in (
            lambda: cast.sql("UPDATE staff SET blocked = true WHERE role = 'key_person'"),
            lambda: None,
        ):
            outages = await cast.ask(lambda c: probing.outages(c, cast.house, cast.time.now()))
            assert list((await read(cast)).unreached) == outages
            await (do() or asyncio.sleep(0))
        assert len((await read(cast)).unreached) == 3


# --- nobody -------------------------------------------------------------------------------------------------------


async def a_whole_hand_over(cast: Cast) -> list[str]:
    """With five people; all words and numbers by which anybody in it could be known."""
    await cast.admit("dorte", 7004, "frontline", "sundhed", "00 00 00 74")
    await cast.admit("else", 7005, "key_person", "sundhed", "00 00 00 75")
    await sweeping.Sweep(cast.house).look()
    for one in (cast.anna, cast.people["dorte"]):
        await refer(one)
        await finish(one)
    await cast.outbox()
    first, second = [str(row["reference"]) for row in await cast.rows("referral")]
    await cast.bente.press(f"open.{first}")
    await play(cast, f"bente * Jeg tager den\nbente * Jeg har talt med borgeren\n{NOTHING_MORE}")
    await play(cast, f"anna > {CITIZEN}\nkaren > /health\nanna > /new\nanna * Skjul")
    await cast.outbox()
    people = [
        known for one in cast.people.values() for known in (*one.name.split(), one.phone, str(one.chat))
    ]
    numbers = [word for word in CITIZEN.split() if len(word) > 4]  # "mand" stands in "command"
    return [*people, *numbers, *cast.house.rules.units, first, second, TOWN.name]


async def test_after_a_whole_hand_over_nothing_shown_could_name_anyone(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        known = await a_whole_hand_over(cast)
        page = await exposition(cast)
        assert await value(cast, "deliveries_total", kind="referral", result="sent") == 2
    assert len(known) > 25
    assert [one for one in known if one.lower() in page.lower()] == []


async def test_every_label_is_of_a_closed_list(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await a_whole_hand_over(cast)
        cast.house.counts.deliveries["r1", "sent"] += 1  # what nobody foresaw is counted, and not shown
        cast.house.counts.updates["Mette"] += 1
        found = list(samples(await exposition(cast)))
    assert len(found) > 80
    for one in found:
        if one.name == "opspor_build_info":
            assert one.labels == {"version": cast.house.version}
        else:
            assert all(code in LABELS[label] for label, code in one.labels.items()), one


def test_the_closed_lists_are_those_of_the_house(tmp_path: Path) -> None:
    kinds = set(typing.get_args(typing.get_type_hints(Notice)["kind"]))
    assert set(counting.KINDS) == kinds - {"clock", "return"}  # those two are sent to nobody


async def test_the_works_that_are_counted_are_those_of_the_sweep(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        assert tuple(name for name, _ in sweeping.Sweep(cast.house)._works()) == counting.SWEEPS


# --- at the port --------------------------------------------------------------------------------------------------


async def get(port: int, path: str = "/metrics", method: str = "GET") -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as http,
        http.request(method, f"http://127.0.0.1:{port}{path}") as answer,
    ):
        return answer.status, await answer.text()


async def test_the_port_answers_with_a_page_that_prometheus_own_parser_reads(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        port = free_port()
        async with metrics.exported(("127.0.0.1", port), shown_of(cast), lambda: read(cast)):
            status, page = await get(port)
            found = {one.name: one.value for one in samples(page) if not one.labels}
            assert status == 200 and found["opspor_outbox_due"] == 0
            assert found["process_resident_memory_bytes"] > 0
        with pytest.raises(aiohttp.ClientError):
            await get(port)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/metrics/"), ("GET", "/favicon.ico"), ("POST", "/metrics"), ("HEAD", "/metrics")],
)
async def test_nothing_else_is_there(tmp_path: Path, method: str, path: str) -> None:
    async with on_stage(tmp_path) as cast:
        port = free_port()
        async with metrics.exported(("127.0.0.1", port), shown_of(cast), lambda: read(cast)):
            assert await get(port, path, method) == (404, "")


async def test_while_the_rows_cannot_be_read_no_old_number_stands_for_them(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        shown, port = shown_of(cast), free_port()
        shown.vitals, cast.db.failures = await read(cast), 1
        async with metrics.exported(("127.0.0.1", port), shown, lambda: read(cast)):
            _, page = await get(port)
        names = {one.name: one.value for one in samples(page)}
        assert "opspor_outbox_due" not in names and names["opspor_database_errors_total"] == 1
        assert "event=vitals_not_read" in cast.log.getvalue()


async def test_telegrams_silence_is_not_shown_before_anything_is_known_of_it() -> None:
    for silence, told in ((lambda: None, 0), (lambda: 12.5, 1)):
        shown = metrics.Shown(counting.Counts(), lambda: 0, silence, "0")
        (found,) = [one for one in shown.collect() if one.name == "opspor_telegram_silent_seconds"]
        assert len(found.samples) == told


# --- the whole process --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("webhook", [False, True])
async def test_the_bot_shows_what_was_pressed_and_ends_when_it_is_asked_to(
    tmp_path: Path, webhook: bool
) -> None:
    async with bot_api(tmp_path) as (world, base):
        port = free_port()
        settings = {"OPSPOR_API_BASE": base} | (at_the_door(free_port(), base) if webhook else {})
        words = ("--webhook",) if webhook else ()
        async with started(tmp_path, *words, OPSPOR_METRICS=f"127.0.0.1:{port}", **settings) as process:
            await logged(process, "event=ready")
            await types(base, 1002, "/start")
            await sees(world, 1002, "Denne tjeneste er kun for inviterede medarbejdere.")
            status, page = await get(port)
            found = {(one.name, *one.labels.values()): one.value for one in samples(page)}
            assert status == 200 and found["opspor_updates_total", "command"] == 1
            assert found["opspor_update_seconds_count",] == 1 and found["opspor_update_seconds_sum",] > 0
            assert found["opspor_telegram_silent_seconds",] < 60
            await ended(process)


@pytest.mark.parametrize("asked", [False, True])
async def test_a_port_is_opened_only_where_that_is_asked_for(tmp_path: Path, asked: bool) -> None:
    port = free_port()
    settings = {"OPSPOR_METRICS": f"127.0.0.1:{port}"} if asked else {}
    async with bot_api(tmp_path) as (_, base), started(tmp_path, OPSPOR_API_BASE=base, **settings) as process:
        await logged(process, "event=ready")
        open_ones = psutil.Process(process.pid).net_connections()
        assert [one.laddr.port for one in open_ones if one.status == psutil.CONN_LISTEN] == [port] * asked
        await ended(process)


def test_whoever_does_not_ask_for_metrics_does_not_wait_for_their_library() -> None:
    asked = "import sys, bot.root; print(sorted({'prometheus_client', 'uvicorn', 'bot.metrics'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


async def test_a_port_that_is_taken_is_one_clear_sentence_before_anything_is_started(tmp_path: Path) -> None:
    async with bot_api(tmp_path) as (_, base):
        taken = base.rpartition(":")[2]
        done = await aside(opspor, tmp_path, "run", OPSPOR_API_BASE=base, OPSPOR_METRICS=f"127.0.0.1:{taken}")
        assert f"OPSPOR_METRICS: cannot listen on 127.0.0.1 port {taken}" in one_sentence(done)


@pytest.mark.parametrize("address", ["9464", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:99999", "http://x:1/y"])
def test_an_address_that_is_none_is_one_clear_sentence(address: str) -> None:
    with pytest.raises(ConfigError) as said:
        config.settings({"OPSPOR_METRICS": address})
    expected = f"OPSPOR_METRICS is '{address}'; it takes a host and a port, as 127.0.0.1:9464"
    assert str(said.value) == expected


@pytest.mark.parametrize(
    ("address", "warned"),
    [("127.0.0.1:9464", False), ("[::1]:9464", False), ("localhost:9464", False), ("0.0.0.0:9464", True)],
)
async def test_a_port_that_others_can_reach_is_warned_of(tmp_path: Path, address: str, warned: bool) -> None:
    async with on_stage(tmp_path) as cast:
        settings = config.settings({"OPSPOR_METRICS": address})
        prepared = preparing.Prepared(settings, TOWN, CONTENT, cast.house.words, cast.db, cast.house.cipher)
        said = [one for one in checkup.warnings(prepared, {}, cast.time.now()) if "OPSPOR_METRICS" in one]
    assert len(said) == warned
