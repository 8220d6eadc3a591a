"""The sandbox over real HTTP: that it answers, refuses and remembers as Telegram does."""

import asyncio
import contextlib
import json
import struct
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import telegram
from aiohttp import web
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.errors import ConfigError, SendFailed
from bot.sandbox import PHONES, Clock, World, running
from bot.transport.limits import Limits
from bot.transport.send import Sender
from bot.transport.wire import AiohttpRequest
from tests.wire import nothing_is_written

JSON = dict[str, Any]
EMPLOYEE, KEY_PERSON, COORDINATOR = (phone.id for phone in PHONES)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 3, 2) + b"\x08\x02\x00\x00\x00"
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)
TOO_OLD_QUERY = "Bad Request: query is too old and response timeout expired or query ID is invalid"


@dataclass
class Sandbox:
    """One running sandbox, spoken to as a bot and as the page does."""

    base: str
    http: aiohttp.ClientSession
    world: World
    clock: Clock

    async def call(self, method: str, **parameters: Any) -> JSON:
        async with self.http.post(f"{self.base}/bot1:sandbox/{method}", json=parameters) as response:
            body: JSON = await response.json()
            assert body["ok"] == (response.status == 200)
            return body

    async def do(self, method: str, **parameters: Any) -> Any:
        body = await self.call(method, **parameters)
        assert body["ok"], body
        return body["result"]

    async def refused(self, method: str, **parameters: Any) -> str:
        body = await self.call(method, **parameters)
        assert not body["ok"], body
        return str(body["description"])

    async def page(self, path: str, **body: Any) -> Any:
        async with self.http.post(f"{self.base}/sandbox/{path}", json=body) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def state(self) -> JSON:
        async with self.http.get(f"{self.base}/sandbox/state") as response:
            state: JSON = await response.json()
            return state

    async def phone(self, id: int = EMPLOYEE) -> JSON:
        phones = (await self.state())["phones"]
        return next(phone for phone in phones if phone["id"] == id)

    async def update(self) -> JSON:
        """The one update that waits; it is confirmed at once."""
        (update,) = await self.do("getUpdates")
        await self.do("getUpdates", offset=update["update_id"] + 1)
        assert isinstance(update, dict)
        return update


async def started(stack: AsyncExitStack, directory: Path, **how: Any) -> Sandbox:
    world = World.open(directory, **how)
    stack.callback(world.close)
    clock = Clock(world)
    base = await stack.enter_async_context(running(world, clock))
    http = await stack.enter_async_context(aiohttp.ClientSession())
    return Sandbox(base, http, world, clock)


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    async with AsyncExitStack() as stack:
        yield await started(stack, tmp_path)


async def polled(world: World) -> None:
    """Until the first poll has reached the sandbox."""
    while not world.turn:  # noqa: ASYNC110 - nothing tells of it, and nothing but this test wants to know
        await asyncio.sleep(0)


def keyboard(data: str = "12:children.unborn") -> JSON:
    return {"inline_keyboard": [[{"text": "Ja", "callback_data": data}]]}


def parsed(update: JSON) -> telegram.Update:
    read = telegram.Update.de_json(update, telegram.Bot("1:sandbox"))
    # What the library does not know it puts aside here, so a wrong field name would be seen.
    assert not read.api_kwargs
    return read


# Calls and answers


async def test_parameters_may_come_as_query_form_multipart_or_json(sandbox: Sandbox) -> None:
    url = f"{sandbox.base}/bot1:sandbox/sendMessage"
    fields = {"chat_id": "1001", "text": "hej", "reply_markup": json.dumps(keyboard())}
    multipart = aiohttp.FormData(fields, default_to_multipart=True)
    for sent in (
        sandbox.http.get(url, params=fields),
        sandbox.http.post(url, data=fields),
        sandbox.http.post(url, data=multipart),
        sandbox.http.post(url, json=fields),
    ):
        async with sent as response:
            message = (await response.json())["result"]
            assert message["text"] == "hej"
            assert message["reply_markup"] == keyboard()


async def test_a_wrong_token_and_an_unknown_method_are_refused(sandbox: Sandbox) -> None:
    async with sandbox.http.get(f"{sandbox.base}/bot2:other/getMe") as response:
        assert (response.status, (await response.json())["description"]) == (401, "Unauthorized")
    async with sandbox.http.get(f"{sandbox.base}/bot1:sandbox/getMoon") as response:
        assert (response.status, (await response.json())["error_code"]) == (404, 404)


async def test_python_telegram_bot_can_talk_to_it(sandbox: Sandbox) -> None:
    bot = telegram.Bot("1:sandbox", base_url=f"{sandbox.base}/bot")
    async with bot:
        assert bot.id == 1
        await bot.set_my_commands([("new", "Ny samtale")], scope=telegram.BotCommandScopeChat(EMPLOYEE))
        assert [c.command for c in await bot.get_my_commands(telegram.BotCommandScopeChat(EMPLOYEE))] == [
            "new"
        ]
        button = telegram.InlineKeyboardButton("Ja", callback_data="1:next")
        message = await bot.send_message(
            EMPLOYEE,
            "<b>Først</b>: er det sikkert?",
            parse_mode="HTML",
            protect_content=True,
            disable_notification=True,
            link_preview_options=telegram.LinkPreviewOptions(is_disabled=True),
            reply_markup=telegram.InlineKeyboardMarkup([[button]]),
        )
        assert message.parse_entities() == {message.entities[0]: "Først"}
        assert message.has_protected_content
        assert (await bot.send_document(EMPLOYEE, b"a,b", filename="tal.csv")).document is not None
        assert (await bot.send_photo(EMPLOYEE, PNG, caption="tragt")).photo[0].width == 3
        assert await bot.delete_messages(EMPLOYEE, [message.message_id, 999])
        assert (await bot.get_chat(EMPLOYEE)).first_name == "Medarbejder"
        assert await bot.set_my_name("Opslag") and (await bot.get_my_name()).name == "Opslag"
        assert (await bot.get_webhook_info()).url == ""


@pytest.mark.parametrize(
    "body", [b"[1]", b"{", b'{"chat_id": NaN}', b'{"chat_id": 1001, "text": "\\ud83d"}', b"[" * 5000]
)
async def test_a_body_that_no_answer_could_carry_is_refused(sandbox: Sandbox, body: bytes) -> None:
    url, kind = f"{sandbox.base}/bot1:sandbox/sendMessage", {"Content-Type": "application/json"}
    async with sandbox.http.post(url, data=body, headers=kind) as response:
        assert response.status == 400
        assert (await response.json())["description"] == "Bad Request: can't parse JSON object"


# Messages


async def test_html_becomes_text_with_entities_counted_as_telegram_counts(sandbox: Sandbox) -> None:
    message = await sandbox.do(
        "sendMessage",
        chat_id=EMPLOYEE,
        parse_mode="HTML",
        text=" 🙂 &lt;<b>fed <i>kursiv</i></b> "
        '<a href="https://x.dk/?a=1&amp;b=2">her</a> <tg-spoiler>y</tg-spoiler>',
    )
    assert message["text"] == "🙂 <fed kursiv her y"
    assert message["entities"] == [
        {"type": "bold", "offset": 4, "length": 10},
        {"type": "italic", "offset": 8, "length": 6},
        {"type": "text_link", "offset": 15, "length": 3, "url": "https://x.dk/?a=1&b=2"},
        {"type": "spoiler", "offset": 19, "length": 1},
    ]


@pytest.mark.parametrize(
    ("html", "complaint"),
    [
        ("<b>fed", 'Can\'t find end tag corresponding to start tag "b"'),
        ("fed</b>", "Unexpected end tag at byte offset 3"),
        ("<b>ø</i>", 'Unmatched end tag at byte offset 5, expected "</b>", found "</i>"'),
        ("<h1>stor</h1>", 'Unsupported start tag "h1" at byte offset 0'),
        ("2 < 3", "Unclosed start tag at byte offset 2"),
    ],
)
async def test_html_that_does_not_balance_is_refused(sandbox: Sandbox, html: str, complaint: str) -> None:
    refusal = await sandbox.refused("sendMessage", chat_id=EMPLOYEE, text=html, parse_mode="HTML")
    assert refusal == f"Bad Request: can't parse entities: {complaint}"


async def test_a_text_may_be_4096_utf_16_units_long_after_its_tags_are_read(sandbox: Sandbox) -> None:
    await sandbox.do("sendMessage", chat_id=EMPLOYEE, text=f"<b>{'🙂' * 2048}</b>", parse_mode="HTML")
    refusal = await sandbox.refused("sendMessage", chat_id=EMPLOYEE, text="🙂" * 2048 + "x")
    assert refusal == "Bad Request: message is too long"


async def test_a_text_of_nothing_but_space_is_refused(sandbox: Sandbox) -> None:
    for text in ("", " \n "):
        refusal = await sandbox.refused("sendMessage", chat_id=EMPLOYEE, text=text)
        assert refusal == "Bad Request: message text is empty"


async def test_nobody_can_be_written_to_whose_chat_is_not_known(sandbox: Sandbox) -> None:
    refusal = await sandbox.refused("sendMessage", chat_id=5, text="hej")
    assert refusal == "Bad Request: chat not found"


@pytest.mark.parametrize("data", ["", "x" * 65, "ø" * 33])
async def test_data_of_a_button_is_1_to_64_bytes(sandbox: Sandbox, data: str) -> None:
    refusal = await sandbox.refused("sendMessage", chat_id=EMPLOYEE, text="hej", reply_markup=keyboard(data))
    assert refusal == "Bad Request: BUTTON_DATA_INVALID"


async def test_an_edit_changes_the_message_where_it_stands(sandbox: Sandbox) -> None:
    sent = await sandbox.do("sendMessage", chat_id=EMPLOYEE, text="et", reply_markup=keyboard())
    where = {"chat_id": EMPLOYEE, "message_id": sent["message_id"]}
    edited = await sandbox.do("editMessageText", **where, text="to", reply_markup=keyboard())
    assert (edited["text"], edited["reply_markup"]) == ("to", keyboard())
    assert "reply_markup" not in await sandbox.do("editMessageReplyMarkup", **where)
    assert [message["text"] for message in (await sandbox.phone())["messages"]] == ["to"]


async def test_an_edit_that_changes_nothing_is_refused(sandbox: Sandbox) -> None:
    sent = await sandbox.do("sendMessage", chat_id=EMPLOYEE, text="et", reply_markup=keyboard())
    same = {"chat_id": EMPLOYEE, "message_id": sent["message_id"], "reply_markup": keyboard()}
    assert await sandbox.refused("editMessageText", **same, text="et ") == NOT_MODIFIED
    assert await sandbox.refused("editMessageReplyMarkup", **same) == NOT_MODIFIED


async def test_only_what_is_there_can_be_edited_or_deleted(sandbox: Sandbox) -> None:
    nothing = {"chat_id": EMPLOYEE, "message_id": 77}
    assert await sandbox.refused("editMessageText", **nothing, text="x") == (
        "Bad Request: message to edit not found"
    )
    assert await sandbox.refused("deleteMessage", **nothing) == "Bad Request: message to delete not found"
    typed = await sandbox.page(f"phones/{EMPLOYEE}/text", text="mit")
    theirs = {"chat_id": EMPLOYEE, "message_id": typed["message_id"]}
    assert await sandbox.refused("editMessageText", **theirs, text="x") == (
        "Bad Request: message can't be edited"
    )


async def test_deleting_many_skips_what_is_gone_and_takes_at_most_a_hundred(sandbox: Sandbox) -> None:
    first = await sandbox.do("sendMessage", chat_id=EMPLOYEE, text="et")
    typed = await sandbox.page(f"phones/{EMPLOYEE}/text", text="to")
    ids = [first["message_id"], 99, typed["message_id"]]
    assert await sandbox.do("deleteMessages", chat_id=EMPLOYEE, message_ids=ids) is True
    assert (await sandbox.phone())["messages"] == []
    refusal = await sandbox.refused("deleteMessages", chat_id=EMPLOYEE, message_ids=list(range(101)))
    assert refusal == "Bad Request: too many message identifiers specified"


async def test_a_message_older_than_48_hours_cannot_be_deleted(sandbox: Sandbox) -> None:
    sent = await sandbox.do("sendMessage", chat_id=EMPLOYEE, text="et")
    where = {"chat_id": EMPLOYEE, "message_id": sent["message_id"]}
    await sandbox.page("clock", forward_seconds=48 * 3600 + 60)
    refusal = "Bad Request: message can't be deleted for everyone"
    assert await sandbox.refused("deleteMessage", **where) == refusal
    many = {"chat_id": EMPLOYEE, "message_ids": [sent["message_id"]]}
    assert await sandbox.refused("deleteMessages", **many) == refusal
    assert await sandbox.do("editMessageText", **where, text="to")


async def test_a_photo_is_shown_and_a_document_is_only_ever_a_download(sandbox: Sandbox) -> None:
    url = f"{sandbox.base}/bot1:sandbox"
    for method, name, body in (("sendPhoto", "photo", PNG), ("sendDocument", "document", b"<script>")):
        form = aiohttp.FormData({"chat_id": str(EMPLOYEE), name: "attach://part"})
        form.add_field("part", body, filename="side.html")
        async with sandbox.http.post(f"{url}/{method}", data=form) as response:
            assert response.status == 200, await response.text()
    photo, document = (await sandbox.phone())["messages"]
    shown = f"{sandbox.base}/sandbox/files/{photo['photo'][0]['file_id']}"
    async with sandbox.http.get(shown) as response:
        assert (response.content_type, await response.read()) == ("image/png", PNG)
    async with sandbox.http.get(
        f"{sandbox.base}/sandbox/files/{document['document']['file_id']}"
    ) as response:
        assert response.headers["Content-Disposition"] == "attachment"
        assert response.content_type == "application/octet-stream"
    await sandbox.do("deleteMessage", chat_id=EMPLOYEE, message_id=photo["message_id"])
    async with sandbox.http.get(shown) as response:
        assert response.status == 404


async def test_a_report_from_the_outbox_is_kept_as_it_was_sent(sandbox: Sandbox) -> None:
    wire = AiohttpRequest()
    await wire.initialize()
    sender = Sender(
        telegram.Bot("1:sandbox", f"{sandbox.base}/bot", request=wire, get_updates_request=wire),
        Limits(),
        on_sending=nothing_is_written,
        on_live=_is_no_card,
    )
    png = PNG + bytes(range(256)) * 400
    try:
        message = await sender.picture(EMPLOYEE, png, "Uge 48: <b>3</b> æ " + "ord " * 300)
        with pytest.raises(SendFailed, match="Image_process_failed") as raised:
            await sender.picture(EMPLOYEE, b"no picture", "")
    finally:
        await wire.shutdown()
    assert raised.value.permanent
    (kept,) = (await sandbox.phone())["messages"]
    assert kept["message_id"] == message
    assert kept["caption"].startswith("Uge 48: <b>3</b> æ ord") and kept["caption"].endswith(" ord…")
    assert "caption_entities" not in kept and "has_protected_content" not in kept
    file = kept["photo"][0]
    assert (file["width"], file["height"], file["file_size"]) == (3, 2, len(png))
    async with sandbox.http.get(f"{sandbox.base}/sandbox/files/{file['file_id']}") as response:
        assert (response.content_type, await response.read()) == ("image/png", png)


async def _is_no_card(_chat: int, _message: int) -> None:
    raise AssertionError("a report became the live card")


# Presses


async def test_a_press_is_answered_once(sandbox: Sandbox) -> None:
    sent = await sandbox.do("sendMessage", chat_id=EMPLOYEE, text="et", reply_markup=keyboard("1:next"))
    await sandbox.page(f"phones/{EMPLOYEE}/press", message_id=sent["message_id"], data="1:next")
    query = parsed(await sandbox.update()).callback_query
    assert query is not None and query.data == "1:next" and query.message is not None
    await sandbox.do("answerCallbackQuery", callback_query_id=query.id, text="Gemt", show_alert=True)
    (answer,) = (await sandbox.phone())["answers"]
    assert (answer["text"], answer["show_alert"]) == ("Gemt", True)
    assert await sandbox.refused("answerCallbackQuery", callback_query_id=query.id) == TOO_OLD_QUERY


async def test_a_press_that_waited_a_quarter_of_an_hour_cannot_be_answered(sandbox: Sandbox) -> None:
    pressed = await sandbox.page(f"phones/{EMPLOYEE}/press", message_id=1, data="x")
    await sandbox.page("clock", forward_seconds=901)
    assert await sandbox.refused("answerCallbackQuery", callback_query_id=pressed["id"]) == TOO_OLD_QUERY


async def test_a_press_on_a_message_that_is_gone_comes_with_a_message_of_date_zero(sandbox: Sandbox) -> None:
    await sandbox.page(f"phones/{EMPLOYEE}/press", message_id=404, data="forged")
    query = parsed(await sandbox.update()).callback_query
    assert query is not None and query.message is not None
    assert (query.message.message_id, query.message.date.timestamp()) == (404, 0)


# Updates


@pytest.mark.parametrize("kind", ["photo", "voice", "sticker", "contact", "location", "document"])
async def test_whatever_a_phone_sends_is_a_message_that_the_library_can_read(
    sandbox: Sandbox, kind: str
) -> None:
    await sandbox.page(f"phones/{EMPLOYEE}/send", kind=kind)
    message = parsed(await sandbox.update()).message
    assert message is not None and getattr(message, kind) and not message.api_kwargs
    assert message.from_user is not None and message.from_user.language_code == "da"


async def test_typed_text_its_edit_and_a_block_are_updates_that_the_library_can_read(
    sandbox: Sandbox,
) -> None:
    typed = await sandbox.page(f"phones/{EMPLOYEE}/text", text="/start ABC og/eller")
    message = parsed(await sandbox.update()).message
    assert message is not None and message.chat.id == EMPLOYEE
    assert message.parse_entities(["bot_command"]) == {message.entities[0]: "/start"}
    await sandbox.page(f"phones/{EMPLOYEE}/edit", message_id=typed["message_id"], text="rettet")
    edited = parsed(await sandbox.update()).edited_message
    assert edited is not None and edited.text == "rettet" and edited.edit_date is not None
    for blocked, status in ((True, "kicked"), (False, "member")):
        await sandbox.page(f"phones/{EMPLOYEE}/block", blocked=blocked)
        change = parsed(await sandbox.update()).my_chat_member
        assert change is not None and change.new_chat_member.status == status


async def test_the_language_of_the_phone_comes_with_what_it_sends(sandbox: Sandbox) -> None:
    await sandbox.page(f"phones/{EMPLOYEE}/language", code="ar")
    await sandbox.page(f"phones/{EMPLOYEE}/text", text="hej")
    assert (await sandbox.update())["message"]["from"]["language_code"] == "ar"


async def test_a_poll_waits_until_something_happens(sandbox: Sandbox) -> None:
    poll = asyncio.create_task(sandbox.do("getUpdates", timeout=50))
    await polled(sandbox.world)
    await sandbox.page(f"phones/{EMPLOYEE}/text", text="hej")
    assert [update["message"]["text"] for update in await poll] == ["hej"]


async def test_updates_stay_until_a_higher_offset_confirms_them(sandbox: Sandbox) -> None:
    for text in ("et", "to", "tre"):
        await sandbox.page(f"phones/{EMPLOYEE}/text", text=text)
    first, second = await sandbox.do("getUpdates", limit=2)
    assert len(await sandbox.do("getUpdates")) == 3
    (third,) = await sandbox.do("getUpdates", offset=second["update_id"] + 1)
    assert third["update_id"] == first["update_id"] + 2
    assert await sandbox.do("getUpdates", offset=-1) == [third]


async def test_of_two_pollers_the_first_is_told_of_the_conflict(sandbox: Sandbox) -> None:
    first = asyncio.create_task(sandbox.call("getUpdates", timeout=50))
    await polled(sandbox.world)
    second = asyncio.create_task(sandbox.call("getUpdates", timeout=50))
    refused = await first
    assert refused["error_code"] == 409
    assert refused["description"].startswith("Conflict: terminated by other getUpdates request;")
    await sandbox.page(f"phones/{EMPLOYEE}/text", text="hej")
    assert len((await second)["result"]) == 1


async def test_kinds_that_the_bot_does_not_want_do_not_reach_it(sandbox: Sandbox) -> None:
    await sandbox.do("getUpdates", allowed_updates=["callback_query"])
    await sandbox.page(f"phones/{EMPLOYEE}/text", text="hej")
    assert await sandbox.do("getUpdates") == []


async def test_any_update_can_be_injected_as_it_is(sandbox: Sandbox) -> None:
    odd = {"update_id": 70, "message": {"chat": "no chat", "message_id": "x"}, "brand_new": {"chat": [1]}}
    assert await sandbox.page("updates", **odd) == odd
    assert await sandbox.update() == odd
    assert (await sandbox.page("updates", poll={}))["update_id"] == 71


async def test_a_group_that_the_bot_has_left_cannot_be_written_to(sandbox: Sandbox) -> None:
    group = {"id": -5, "type": "group", "title": "g"}
    await sandbox.page("updates", message={"chat": group, "message_id": 9, "date": 1, "text": "hej"})
    await sandbox.do("leaveChat", chat_id=-5)
    refusal = await sandbox.refused("sendMessage", chat_id=-5, text="hej")
    assert refusal == "Forbidden: bot is not a member of the group chat"


# The webhook


async def test_a_webhook_gets_updates_in_order_with_its_secret_until_it_takes_them(sandbox: Sandbox) -> None:
    got: list[tuple[str | None, str]] = []
    done = asyncio.Event()

    async def receive(request: web.Request) -> web.Response:
        update = await request.json()
        got.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), update["message"]["text"]))
        if len(got) == 3:
            done.set()
        return web.Response(status=500 if len(got) == 1 else 200)

    app = web.Application()
    app.router.add_post("/hook", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        host, port = runner.addresses[0][:2]
        await sandbox.do("setWebhook", url=f"http://{host}:{port}/hook", secret_token="s3-_")
        for text in ("et", "to"):
            await sandbox.page(f"phones/{EMPLOYEE}/text", text=text)
        await done.wait()
    finally:
        await runner.cleanup()
    assert got == [("s3-_", "et"), ("s3-_", "et"), ("s3-_", "to")]
    refused = await sandbox.call("getUpdates")
    assert refused["error_code"] == 409
    assert refused["description"] == (
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the "
        "webhook first"
    )
    await sandbox.do("deleteWebhook", drop_pending_updates=True)
    assert await sandbox.do("getUpdates") == []


@pytest.mark.parametrize(
    "url", ["http://example.org/", "https://10.0.0.1/", "file:///etc/passwd", "http://127.0.0.1:x"]
)
async def test_a_webhook_may_only_lie_on_this_machine(sandbox: Sandbox, url: str) -> None:
    assert (await sandbox.refused("setWebhook", url=url)).startswith("Bad Request: bad webhook")


# The phones


async def test_a_phone_that_blocked_the_bot_cannot_be_written_to(sandbox: Sandbox) -> None:
    await sandbox.page(f"phones/{EMPLOYEE}/block", blocked=True)
    body = await sandbox.call("sendMessage", chat_id=EMPLOYEE, text="hej")
    assert (body["error_code"], body["description"]) == (403, "Forbidden: bot was blocked by the user")


async def test_the_lock_screen_has_what_came_until_the_phone_is_opened(sandbox: Sandbox) -> None:
    await sandbox.do("setMyName", name="Opslag")
    for text, silent in (("et", False), ("to", True), ("tre", False)):
        await sandbox.do("sendMessage", chat_id=KEY_PERSON, text=text, disable_notification=silent)
    last = (await sandbox.phone(KEY_PERSON))["messages"][-1]["message_id"]
    await sandbox.do("deleteMessage", chat_id=KEY_PERSON, message_id=last)
    shown = (await sandbox.phone(KEY_PERSON))["notifications"]
    assert [(n["title"], n["text"], n["silent"]) for n in shown] == [
        ("Opslag", "et", False),
        ("Opslag", "to", True),
    ]
    await sandbox.page(f"phones/{KEY_PERSON}/read")
    assert (await sandbox.phone(KEY_PERSON))["notifications"] == []


async def test_the_menu_shows_the_commands_of_the_narrowest_scope(sandbox: Sandbox) -> None:
    async def offer(name: str, **where: Any) -> None:
        await sandbox.do("setMyCommands", commands=[{"command": name, "description": name}], **where)

    async def menus() -> list[list[str]]:
        return [[c["command"] for c in phone["commands"]] for phone in (await sandbox.state())["phones"]]

    mine = {"type": "chat", "chat_id": EMPLOYEE}
    await offer("help")
    await offer("hjaelp", language_code="da")
    await offer("ny", scope=mine)
    assert await menus() == [["ny"], ["hjaelp"], ["hjaelp"]]
    await sandbox.do("deleteMyCommands", scope=mine)
    await sandbox.page(f"phones/{COORDINATOR}/language", code="pl")
    assert await menus() == [["hjaelp"], ["hjaelp"], ["help"]]
    assert await sandbox.refused("setMyCommands", commands=[{"command": "Ny!", "description": "x"}]) == (
        "Bad Request: BOT_COMMAND_INVALID"
    )


async def test_a_stranger_can_be_given_a_phone(sandbox: Sandbox) -> None:
    await sandbox.page("phones", id=1999)
    await sandbox.page("phones/1999/text", text="hej")
    assert (await sandbox.update())["message"]["from"]["id"] == 1999


async def test_the_page_is_told_first_everything_and_then_each_change(sandbox: Sandbox) -> None:
    async def event(response: aiohttp.ClientResponse) -> JSON:
        line = await response.content.readline()
        assert await response.content.readline() == b"\n"
        told: JSON = json.loads(line.removeprefix(b"data: "))
        return told

    async with sandbox.http.get(f"{sandbox.base}/sandbox/events") as response:
        first = await event(response)
        assert first["type"] == "state" and len(first["state"]["phones"]) == 3
        await sandbox.page(f"phones/{EMPLOYEE}/text", text="hej")
        told = await event(response)
        assert (told["type"], told["phone"], told["message"]["text"]) == ("message", EMPLOYEE, "hej")


# Clock and weather


async def test_time_moves_forward_for_all_and_never_back(sandbox: Sandbox) -> None:
    woken: list[bool] = []
    sandbox.clock.when_forwarded(lambda: woken.append(True))
    before = sandbox.clock.now()
    await sandbox.page("clock", forward_seconds=86400)
    assert (sandbox.clock.now() - before).days == 1 and before.utcoffset() is not None and woken
    message = await sandbox.do("sendMessage", chat_id=EMPLOYEE, text="i morgen")
    assert message["date"] >= before.timestamp() + 86399
    for wrong in (-1, "nan", None):
        body = {"forward_seconds": wrong}
        async with sandbox.http.post(f"{sandbox.base}/sandbox/clock", json=body) as response:
            assert response.status == 400


async def test_a_flood_is_refused_with_the_seconds_to_wait_as_often_as_asked(sandbox: Sandbox) -> None:
    await sandbox.page("fault", kind="429", retry_after=2, times=2)
    assert await sandbox.do("getUpdates") == []
    for _ in range(2):
        body = await sandbox.call("sendMessage", chat_id=EMPLOYEE, text="hej")
        assert body["error_code"] == 429 and body["parameters"] == {"retry_after": 2}
        assert body["description"] == "Too Many Requests: retry after 2"
    await sandbox.do("sendMessage", chat_id=EMPLOYEE, text="hej")


async def test_a_fault_may_strike_one_method_alone(sandbox: Sandbox) -> None:
    await sandbox.page("fault", kind="500", method="editMessageText")
    sent = await sandbox.do("sendMessage", chat_id=EMPLOYEE, text="hej")
    where = {"chat_id": EMPLOYEE, "message_id": sent["message_id"]}
    assert (await sandbox.call("editMessageText", **where, text="x"))["error_code"] == 500
    await sandbox.do("editMessageText", **where, text="x")


async def test_when_telegram_is_down_nothing_works_until_it_clears(sandbox: Sandbox) -> None:
    await sandbox.page("fault", kind="down", seconds=3600)
    assert (await sandbox.call("getUpdates"))["description"] == "Bad Gateway"
    await sandbox.page("fault", kind="clear")
    assert await sandbox.do("getUpdates") == []


async def test_a_poll_under_way_ends_when_telegram_goes_down_and_loses_nothing(sandbox: Sandbox) -> None:
    poll = asyncio.create_task(sandbox.call("getUpdates", timeout=50))
    await polled(sandbox.world)
    await sandbox.page("fault", kind="down", seconds=3600)
    await sandbox.page(f"phones/{EMPLOYEE}/text", text="hej")
    assert (await poll)["error_code"] == 502
    await sandbox.page("fault", kind="clear")
    assert (await sandbox.update())["message"]["text"] == "hej"


async def test_weather_that_cannot_be_is_refused(sandbox: Sandbox) -> None:
    for wish in ({"kind": "snow"}, {"kind": "slow", "seconds": -1}, {"kind": "down", "seconds": "long"}):
        async with sandbox.http.post(f"{sandbox.base}/sandbox/fault", json=wish) as response:
            assert response.status == 400
    assert (await sandbox.state())["weather"] == []


async def test_an_answer_may_be_lost_although_the_call_was_done(sandbox: Sandbox) -> None:
    await sandbox.page("fault", kind="lost")
    assert (await sandbox.call("sendMessage", chat_id=EMPLOYEE, text="hej"))["error_code"] == 502
    assert len((await sandbox.phone())["messages"]) == 1


async def test_slow_weather_is_still_weather_in_which_things_are_done(sandbox: Sandbox) -> None:
    await sandbox.page("fault", kind="slow", seconds=0.01)
    await sandbox.do("sendMessage", chat_id=EMPLOYEE, text="hej")
    assert (await sandbox.state())["weather"] == [{"kind": "slow", "seconds": 0.01}]


# Beginning and ending


async def test_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        sandbox = await started(stack, tmp_path)
        await sandbox.do("sendMessage", chat_id=EMPLOYEE, text="et", reply_markup=keyboard())
        await sandbox.page(f"phones/{EMPLOYEE}/text", text="taken")
        assert (await sandbox.update())["message"]["text"] == "taken"
        await sandbox.page(f"phones/{EMPLOYEE}/text", text="to")
        await sandbox.page(f"phones/{COORDINATOR}/block", blocked=True)
        await sandbox.do("setMyCommands", commands=[{"command": "ny", "description": "Ny"}])
        await sandbox.page("clock", forward_seconds=3600)
        before = await sandbox.state()
    async with AsyncExitStack() as stack:
        sandbox = await started(stack, tmp_path)
        after = await sandbox.state()
        assert after["now"] > before["now"]
        assert after | {"now": 0} == before | {"now": 0}
        message, block = await sandbox.do("getUpdates")
        assert message["message"]["text"] == "to" and "my_chat_member" in block


async def test_a_fresh_start_knows_nothing_of_before(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        sandbox = await started(stack, tmp_path)
        await sandbox.page(f"phones/{EMPLOYEE}/text", text="hej")
    async with AsyncExitStack() as stack:
        sandbox = await started(stack, tmp_path, fresh=True)
        assert (await sandbox.phone())["messages"] == [] and await sandbox.do("getUpdates") == []


async def test_what_was_done_survives_a_kill(tmp_path: Path) -> None:
    script = (
        "import os, sys; from bot.sandbox import World; world = World.open(sys.argv[1]);"
        "world.queue('message', {'text': 'hej'}); os.kill(os.getpid(), 9)"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, str(tmp_path))
    assert await process.wait() != 0
    world = World.open(tmp_path)
    assert [update["message"] for update in world.updates.values()] == [{"text": "hej"}]
    world.close()


async def test_two_sandboxes_do_not_share_a_file_or_a_port(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="another sandbox"):
        World.open(tmp_path)
    port = int(sandbox.base.rpartition(":")[2])
    with pytest.raises(ConfigError, match=f"port {port}"):
        async with running(sandbox.world, sandbox.clock, port=port):
            pytest.fail("the port was taken")


async def test_those_who_wait_are_let_go_when_the_sandbox_ends(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        async with AsyncExitStack() as inner:
            sandbox = await started(inner, tmp_path)
            events = await stack.enter_async_context(http.get(f"{sandbox.base}/sandbox/events"))
            poll = asyncio.create_task(
                http.get(f"{sandbox.base}/bot1:sandbox/getUpdates?timeout=50").__aenter__()
            )
            await polled(sandbox.world)
        assert (await (await poll).json())["result"] == []
        assert b'"type": "state"' in await events.content.read()


# Other people's web pages


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "sandbox.example.org"},
        {"Host": "127.0.0.1.example.org"},
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_another_web_page_can_neither_press_nor_look(sandbox: Sandbox, headers: dict[str, str]) -> None:
    text = f"{sandbox.base}/sandbox/phones/{EMPLOYEE}/text"
    async with sandbox.http.post(text, json={"text": "hej"}, headers=headers) as response:
        assert response.status == 403
    async with sandbox.http.get(f"{sandbox.base}/sandbox/state", headers=headers) as response:
        assert response.status == 403
    assert (await sandbox.phone())["messages"] == []


async def test_its_own_page_may_and_loads_nothing_from_elsewhere(sandbox: Sandbox) -> None:
    mine = {"Origin": sandbox.base, "Sec-Fetch-Site": "same-origin"}
    text = f"{sandbox.base}/sandbox/phones/{EMPLOYEE}/text"
    async with sandbox.http.post(text, json={"text": "hej"}, headers=mine) as response:
        assert response.status == 200
    async with sandbox.http.get(sandbox.base, headers={"Sec-Fetch-Site": "cross-site"}) as response:
        assert response.status == 200 and "://" not in await response.text()
        assert response.headers["Content-Security-Policy"].startswith("default-src 'self';")


# Its end


async def test_who_was_not_told_that_it_ends_is_cut_off_and_not_answered_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(H11Protocol, "shutdown", lambda self: None)  # as one that connects in the last moment
    world = World.open(tmp_path)
    async with running(world, Clock(world)) as base:
        host, port = base.removeprefix("http://").split(":")
        reads, writes = await asyncio.open_connection(host, int(port))
        ask = f"GET /bot1:sandbox/getMe HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode()
        writes.write(ask)
        await reads.readuntil(b"}}")
    world.close()
    writes.write(ask)
    async with asyncio.timeout(10):
        with contextlib.suppress(ConnectionError):
            assert await reads.read() == b"", "it still answers"
    writes.close()
