"""Shows the house's numbers to Prometheus at a port of their own; it counts nothing, and knows nobody."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import accumulate, product
from typing import Any

import uvicorn
from prometheus_client import CollectorRegistry, ProcessCollector, make_asgi_app
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from bot.counting import BUCKETS, ESCALATIONS, KINDS, RESULTS, UPDATES, WORKS, Counts, Vitals
from bot.sockets import bound

PATH = "/metrics"
READ_EVERY = 15.0  # seconds
CLOSING_SECONDS = 1

log = logging.getLogger(__name__)

_NOT_THERE: tuple[dict[str, Any], ...] = (
    {"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]},
    {"type": "http.response.body", "body": b""},
)


@dataclass(slots=True, eq=False)  # a registry keeps its collectors by what they are, not by what they hold
class Shown(Collector):
    """What is shown. `vitals` is what the rows last said, None while they cannot be read: an old number would be taken
    for a good one. Only the codes of closed lists become labels, whatever was counted."""

    counts: Counts
    errors: Callable[[], int]
    silence: Callable[[], float | None]
    version: str
    vitals: Vitals | None = None

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily("opspor_build", "The version that runs.", {"version": self.version})
        yield from self._work()
        yield _gauge("telegram_silent_seconds", "Since the Bot API last answered.", self.silence())
        for name, meaning, value in _of_rows(self.vitals) if self.vitals else ():
            yield _gauge(name, meaning, value)

    def _work(self) -> Iterator[Metric]:
        counts = self.counts
        yield _counter("updates", "Updates that were handled.", "kind", UPDATES, counts.updates.__getitem__)
        yield self._spent()
        made = CounterMetricFamily(
            "opspor_deliveries", "Tries to deliver a notice, by how each went.", labels=("kind", "result")
        )
        for both in product(KINDS, RESULTS):
            made.add_metric(both, counts.deliveries[both])
        yield made
        yield _counter(
            "escalations", "Hand-overs that went past their time.", "outcome", ESCALATIONS,
            counts.escalations.__getitem__,
        )  # fmt: skip
        yield _counter(
            "work_failures",
            "Works that broke off and come again.",
            "work",
            WORKS,
            counts.failures.__getitem__,
        )
        yield CounterMetricFamily(
            "opspor_database_errors", "What the database did not take.", value=self.errors()
        )

    def _spent(self) -> Metric:
        limits = [*map(str, BUCKETS), "+Inf"]
        return HistogramMetricFamily(
            "opspor_update_seconds",
            "Our own share of an update: from its receipt to the commit.",
            buckets=list(zip(limits, accumulate(self.counts.spent), strict=True)),
            sum_value=self.counts.seconds[0],
        )


def _of_rows(now: Vitals) -> Iterator[tuple[str, str, float]]:
    yield "outbox_due", "Notices that should have gone.", now.due
    yield "outbox_oldest_due_seconds", "Since the first of them was due.", now.age(now.due_since)
    yield "outbox_ahead", "Notices that are for later.", now.ahead
    yield "deletions_overdue", "Messages that should be gone from a chat.", now.overdue
    yield "deletions_oldest_overdue_seconds", "Since the first was to go.", now.age(now.overdue_since)
    yield "sendings_lost", "Messages whose number may be lost.", now.lost
    yield "handovers_nobody_left", "Hand-overs with nobody left to ask.", now.nobody_left
    yield "units_unreached", "Units in use without a key person who can be asked.", len(now.unreached)
    yield "units_unproven", "Units in use not shown to be reached of late.", len(now.unproven)


def _gauge(name: str, meaning: str, value: float | None) -> Metric:
    return GaugeMetricFamily(f"opspor_{name}", meaning, value=value)


def _counter(
    name: str, meaning: str, label: str, codes: tuple[str, ...], count: Callable[[str], int]
) -> Metric:
    family = CounterMetricFamily(f"opspor_{name}", meaning, labels=(label,))
    for code in codes:
        family.add_metric((code,), count(code))
    return family


# --- at the port --------------------------------------------------------------------------------------------------


@asynccontextmanager
async def exported(
    address: tuple[str, int], shown: Shown, read: Callable[[], Awaitable[Vitals]]
) -> AsyncIterator[None]:
    """From entering to leaving. Raises ConfigError on entering where the port cannot be had."""
    with contextlib.closing(bound(*address, "OPSPOR_METRICS:")) as listener:
        server = _Server(_settings(application(shown)))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        reading = asyncio.create_task(_keep_reading(shown, read))
        try:
            yield
        finally:
            reading.cancel()
            server.should_exit = True
            await asyncio.gather(reading, serving, return_exceptions=True)


async def _keep_reading(shown: Shown, read: Callable[[], Awaitable[Vitals]]) -> None:
    while True:
        try:
            shown.vitals = await read()
        except Exception as error:
            if shown.vitals is not None:  # said once, not every quarter of a minute
                log.error("event=vitals_not_read error=%s", type(error).__name__)
            shown.vitals = None
        await asyncio.sleep(READ_EVERY)


def application(shown: Shown) -> Callable[..., Awaitable[None]]:
    """An ASGI application with one page; whatever else is asked for is not there."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(shown)
    ProcessCollector(registry=registry)
    page = make_asgi_app(registry)

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and (scope["method"], scope["path"]) == ("GET", PATH):
            await page(scope, receive, send)
        elif scope["type"] == "http":
            for part in _NOT_THERE:
                await send(part)

    return answer


class _Server(uvicorn.Server):
    """Leaves signals to whoever started the bot."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _settings(app: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app, http="h11", ws="none", lifespan="off", access_log=False, log_config=None, server_header=False,
        proxy_headers=False, timeout_graceful_shutdown=CLOSING_SECONDS,
    )  # fmt: skip
