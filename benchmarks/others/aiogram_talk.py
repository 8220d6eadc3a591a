"""aiogram-dialog: a window a question, with aiogram's storage in SQLite."""

import asyncio
from typing import Any

import toy
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message
from aiogram_dialog import Dialog, DialogManager, StartMode, Window, setup_dialogs
from aiogram_dialog.widgets.kbd import Button, Column
from aiogram_dialog.widgets.text import Const
from storing import SqliteStorage

Talk: Any = type("Talk", (StatesGroup,), {f"q{number}": State() for number in range(toy.QUESTIONS + 1)})
STORAGE = SqliteStorage()


async def start(message: Message, dialog_manager: DialogManager) -> None:
    await dialog_manager.start(Talk.q0, mode=StartMode.RESET_STACK)


def window(number: int) -> Window:
    async def pressed(query: CallbackQuery, button: Button, manager: DialogManager) -> None:
        manager.dialog_data[str(number)] = str(button.widget_id)
        if number + 1 == toy.QUESTIONS:
            toy.record(STORAGE.db, manager.dialog_data)
            bot: Bot = manager.middleware_data["bot"]
            await bot.send_message(toy.KEY_PERSON, toy.NOTICE)
        await manager.next()

    buttons = [Button(Const(label), id=key, on_click=pressed) for key, label in toy.CHOICES]
    return Window(Const(toy.question(number)), Column(*buttons), state=getattr(Talk, f"q{number}"))


async def main() -> None:
    windows = [window(number) for number in range(toy.QUESTIONS)]
    windows.append(Window(Const(toy.DONE), state=getattr(Talk, f"q{toy.QUESTIONS}")))
    dispatcher = Dispatcher(storage=STORAGE)
    dispatcher.message(Command("start"))(start)
    dispatcher.include_router(Dialog(*windows))
    setup_dialogs(dispatcher)
    session = AiohttpSession(api=TelegramAPIServer.from_base(toy.BASE))
    await dispatcher.start_polling(Bot(toy.TOKEN, session=session))


if __name__ == "__main__":
    asyncio.run(main())
