"""Puts the Bot API, the phones and the page together and runs them beside a bot in one event loop."""

import asyncio
import contextlib
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from bot.errors import ConfigError
from bot.sandbox import control, weather, webhook
from bot.sandbox.clock import Clock
from bot.sandbox.guard import Guard
from bot.sandbox.methods import METHODS
from bot.sandbox.wire import TOKEN, Call, answer, failure, read_parameters
from bot.sandbox.world import World
from bot.sockets import bound

_PAGE = Path(__file__).parent / "page"
_PATIENCE = 2  # seconds for requests that are under way when the sandbox ends


def application(world: World, clock: Clock, token: str = TOKEN) -> Starlette:
    app = Starlette(
        routes=[
            Route("/bot{token}/{method}", call_method, methods=["GET", "POST"]),
            Mount("/sandbox", routes=control.ROUTES),
            Mount("/page", StaticFiles(directory=_PAGE)),
            Route("/", page),
        ],
        middleware=[Middleware(Guard)],
        exception_handlers={HTTPException: refused, Exception: broken},
        lifespan=_deliveries,
    )
    app.state.world, app.state.clock, app.state.token = world, clock, token
    return app


async def page(request: Request) -> Response:
    return FileResponse(_PAGE / "index.html")


async def call_method(request: Request) -> Response:
    """One call of the Bot API, through whatever weather there is."""
    state = request.app.state
    if request.path_params["token"] != state.token:
        return failure(401, "Unauthorized")
    name = request.path_params["method"].lower()
    if name not in METHODS:
        return failure(404, "Not Found")
    parameters, files = await read_parameters(request)
    if trouble := await weather.before(state.world, name):
        return trouble
    result = METHODS[name](Call(state.world, state.clock, state.token, parameters, files))
    if inspect.isawaitable(result):
        result = await result
    return weather.after(state.world, name) or answer(result)


async def refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - for the type; Starlette calls this for no other
    return failure(error.status_code, error.detail)


async def broken(request: Request, error: Exception) -> Response:
    return failure(500, "Internal Server Error")


@contextlib.asynccontextmanager
async def _deliveries(app: Starlette) -> AsyncIterator[None]:
    task = asyncio.create_task(webhook.deliver(app.state.world, app.state.clock))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


class _Server(uvicorn.Server):
    """Leaves signals to whoever started the bot: uvicorn would take Ctrl+C for itself alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def running(
    world: World,
    clock: Clock,
    host: str = "127.0.0.1",
    port: int = 0,
    token: str = TOKEN,
    around: Callable[[ASGIApp], ASGIApp] = lambda app: app,
) -> AsyncIterator[str]:
    """The base URL while the sandbox runs (port 0: any free one); ConfigError when the port is taken. `around` may
    lay something over it that sees each call before and after."""
    listener = bound(host, port, "The sandbox")
    settings = uvicorn.Config(
        around(application(world, clock, token)),
        log_level="error",
        access_log=False,
        log_config=None,
        ws="none",
        timeout_graceful_shutdown=_PATIENCE,
    )
    server = _Server(settings)
    world.closing = False
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn offers nothing to wait on
            await asyncio.sleep(0.01)
        if task.done():
            raise ConfigError("The sandbox's web server did not start.")
        yield f"http://{_in_url(host)}:{listener.getsockname()[1]}"
    finally:
        world.shut()
        server.should_exit = True
        await task
        for connection in tuple(server.server_state.connections):
            # One that was made while it ended was not told, and would go on being answered.
            if connection.transport is not None:
                connection.transport.abort()


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
