"""aiogram's finite-state machine, with its storage in SQLite."""

import asyncio
from typing import Any

import toy
from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from storing import SqliteStorage

Talk: Any = type("Talk", (StatesGroup,), {f"q{number}": State() for number in range(toy.QUESTIONS)})
STORAGE = SqliteStorage()
router = Router()


def keyboard(number: int) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [InlineKeyboardButton(text=label, callback_data=f"q{number}:{key}")] for key, label in toy.CHOICES
        ]
    )


@router.message(Command("start"))
async def start(message: Message, state: FSMContext) -> None:
    await state.set_data({})
    await state.set_state(Talk.q0)
    await message.answer(toy.question(0), reply_markup=keyboard(0))


def asked(number: int) -> None:
    async def pressed(query: CallbackQuery, state: FSMContext, bot: Bot) -> None:
        message, data = query.message, query.data
        assert isinstance(message, Message) and data is not None
        answers = await state.update_data({str(number): data.partition(":")[2]})
        if number + 1 == toy.QUESTIONS:
            toy.record(STORAGE.db, answers)
            await state.clear()
            await query.answer()
            await message.edit_text(toy.DONE)
            await bot.send_message(toy.KEY_PERSON, toy.NOTICE)
            return
        await state.set_state(getattr(Talk, f"q{number + 1}"))
        await query.answer()
        await message.edit_text(toy.question(number + 1), reply_markup=keyboard(number + 1))

    router.callback_query(getattr(Talk, f"q{number}"), F.data.startswith(f"q{number}:"))(pressed)


async def main() -> None:
    for number in range(toy.QUESTIONS):
        asked(number)
    dispatcher = Dispatcher(storage=STORAGE)
    dispatcher.include_router(router)
    session = AiohttpSession(api=TelegramAPIServer.from_base(toy.BASE))
    await dispatcher.start_polling(Bot(toy.TOKEN, session=session))


if __name__ == "__main__":
    asyncio.run(main())
