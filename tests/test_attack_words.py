"""Whatever anybody types about a citizen, in whatever way: nothing of it is in a row, a file, the log or a message."""

import asyncio
import random
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import probing
from tests import wire as raw
from tests.attack import ALL, EXAMPLES, traces_of
from tests.cast import Cast, Person, on_stage, refer

WHO = ("Zenobia Kvistgaard", "Kvistgaard")
NUMBERS = (
    "010190-4321",
    "0101904321",
    "01 01 90 43 21",
    "٠١٠١٩٠-٤٣٢١",
    "010190–4321",
    "０１０１９０4321",
    "0 1 0 1 9 0 4 3 2 1",
)
PLACES = (
    "Tranebærstien 7",
    "zenobia@kvist.invalid",
    "+45 20 99 88 77",
    "bor Tranebærstien 7 med 3 børn, CPR 010190-4321",
)
# What is looked for; no other word in the house is one of these.
WORDS = (
    "Zenobia",
    "Kvistgaard",
    "Tranebær",
    "190-4321",
    "01904321",
    "20 99 88 77",
    "20998877",
    "kvist.invalid",
    "٩٠-٤٣٢١",
    "0 4 3 2 1",
)


def ways(chat: int, message: int, said: str) -> list[dict[str, Any]]:
    """All the ways in which it can be typed, sent, forwarded and quoted."""
    size = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}
    other = {"message_id": 1, "date": 1, "chat": raw.place(chat), "text": said}
    origin = {"type": "hidden_user", "sender_user_name": said, "date": 1}
    one = {"message_id": message}
    return [
        raw.text(chat, said, message),
        raw.text(chat, f"/{said}", message),
        raw.text(chat, f"/new {said}", message),
        raw.text(chat, f"/start {said}", message),
        raw.text(chat, f"/start {said.split()[0]}", message),
        raw.text(chat, f"/invite {said}", message),
        raw.text(chat, f"/duty@opspor_bot {said}", message),
        raw.edited(chat, said, message),
        raw.edited(chat, f"/start {said}", message),
        raw.photo(chat, message, caption=said),
        raw.sent(chat, contact={"phone_number": said, "first_name": said, "vcard": said}, **one),
        raw.sent(
            chat,
            location={"longitude": 1.0, "latitude": 1.0},
            venue={"location": {"longitude": 1.0, "latitude": 1.0}, "title": said, "address": said},
            **one,
        ),
        raw.sent(chat, text=f"{said} 1", reply_to_message=other, quote={"text": said, "position": 0}, **one),
        raw.sent(chat, text=f"{said} 1", forward_origin=origin, **one),
        raw.sent(
            chat, document={"file_id": "f", "file_unique_id": "u", "file_name": said}, caption=said, **one
        ),
        raw.sent(chat, photo=[size], caption=said, **one),
        raw.sent(chat, text=f"1 {said}", via_bot=raw.person(9), **one),
        raw.press(chat, f"0:open.{said}", message, id="1"),
        raw.press(chat, f"1:{said}", message, id="2"),
    ]


async def one_thing(cast: Cast, person: Person, chance: random.Random) -> str:
    """A press on something that stands there, or something typed about a citizen."""
    offered = [(data, message) for message in person.messages for data in person.buttons(message).values()]
    offered = [one for one in offered if not one[0].startswith(("0:removed", "0:language"))]
    if offered and chance.random() < 0.5:
        await person.press_raw(*chance.choice(offered))
        return "pressed"
    if chance.random() < 0.15:
        await person.say(chance.choice(("/new", "/invite", "/staff", "/inbox", "/help", "/duty", "/clear")))
        return "commanded"
    said = chance.choice((*WHO, *NUMBERS, *PLACES))
    if person is cast.karen and await cast.rows("entry"):
        said = chance.choice(NUMBERS[:3]) + " " + WHO[0]
    chat, message = person.chat, cast.number()
    if (
        person is cast.karen and chance.random() < 0.5
    ):  # who is awaited to type a colleague's name, or telephone
        await person.press_raw(f"0:invited.frontlinex{probing.key_of('jobcenter')}", 50)
        if chance.random() < 0.5:
            await person.press_raw("0:skip.name", 50)
        await person.say(
            f"{chance.choice(NUMBERS[:3])} {WHO[0]}"
        )  # a name alone she might mean for a colleague
        await person.say("/help")
        return "typed"
    await person.send(chance.choice(ways(chat, message, said)), message)
    return "typed"


def test_of_what_is_typed_of_a_citizen_nothing_is_in_a_file_a_log_or_a_message(tmp_path: Path) -> None:
    done: Counter[str] = Counter()

    async def all_of_it() -> None:
        async with on_stage(tmp_path) as cast:
            await refer(cast.anna)
            await cast.outbox()
            loop = asyncio.get_running_loop()
            crowd = [cast.anna, cast.bente, cast.karen, cast.stranger(8888)]

            async def a_while(chance: random.Random) -> None:
                for _ in range(12):
                    done[await one_thing(cast, chance.choice(crowd), chance)] += 1
                cast.later(minutes=chance.choice((0, 0, 1, 6, 20)))
                await cast.outbox()
                assert await traces_of(cast, *WORDS) == []

            @settings(
                max_examples=max(40, EXAMPLES // 25),
                derandomize=not ALL,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                database=None,
            )
            @given(chance=st.randoms(use_true_random=True))
            def each(chance: random.Random) -> None:
                asyncio.run_coroutine_threadsafe(a_while(chance), loop).result(60)

            await asyncio.to_thread(each)
            log = cast.log.getvalue()
            assert "handling_failed" not in log and "intake_bug" not in log and "unreadable" not in log

    asyncio.run(all_of_it())
    print(f"\n{dict(done)}")  # noqa: T201
    assert done["typed"] > 100 and done["pressed"] > 100
