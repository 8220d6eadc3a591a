"""python-telegram-bot's ConversationHandler; `pickle` or `sql` says how it is persisted."""

import sys
from typing import Any

import toy
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    BasePersistence,
    CallbackQueryHandler,
    CommandHandler,
    ConversationHandler,
    PersistenceInput,
    PicklePersistence,
    TypeHandler,
)

DB = toy.database()


class SqlPersistence(BasePersistence[Any, Any, Any]):
    """Each piece is written at once as it is handed over; only what the conversation needs is kept."""

    def __init__(self) -> None:
        super().__init__(
            PersistenceInput(bot_data=False, chat_data=False, user_data=True, callback_data=False)
        )

    async def get_user_data(self) -> dict[int, Any]:
        rows = DB.execute("SELECT key FROM kept WHERE key LIKE 'user:%'").fetchall()
        return {int(key.partition(":")[2]): toy.kept(DB, key) for (key,) in rows}

    async def get_conversations(self, name: str) -> dict[Any, Any]:
        rows = DB.execute("SELECT key FROM kept WHERE key LIKE 'state:%'").fetchall()
        return {tuple(map(int, key.split(":")[1].split(","))): toy.kept(DB, key) for (key,) in rows}

    async def update_conversation(self, name: str, key: Any, new_state: object) -> None:
        toy.keep(DB, "state:" + ",".join(map(str, key)), new_state)

    async def update_user_data(self, user_id: int, data: Any) -> None:
        toy.keep(DB, f"user:{user_id}", data)

    async def get_bot_data(self) -> Any: ...
    async def get_chat_data(self) -> Any: ...
    async def get_callback_data(self) -> Any: ...
    async def update_bot_data(self, data: Any) -> None: ...
    async def update_chat_data(self, chat_id: int, data: Any) -> None: ...
    async def update_callback_data(self, data: Any) -> None: ...
    async def drop_chat_data(self, chat_id: int) -> None: ...
    async def drop_user_data(self, user_id: int) -> None: ...
    async def refresh_user_data(self, user_id: int, user_data: Any) -> None: ...
    async def refresh_chat_data(self, chat_id: int, chat_data: Any) -> None: ...
    async def refresh_bot_data(self, bot_data: Any) -> None: ...
    async def flush(self) -> None: ...


def keyboard(number: int) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=f"q{number}:{key}")] for key, label in toy.CHOICES]
    )


async def start(update: Update, context: Any) -> int:
    context.user_data.clear()
    await update.message.reply_text(toy.question(0), reply_markup=keyboard(0))  # type: ignore[union-attr]
    return 0


async def pressed(update: Update, context: Any) -> int:
    query = update.callback_query
    assert query is not None and query.data is not None
    await query.answer()
    number = int(query.data[1:].partition(":")[0])
    context.user_data[str(number)] = query.data.partition(":")[2]
    if number + 1 == toy.QUESTIONS:
        toy.record(DB, context.user_data)
        await query.edit_message_text(toy.DONE)
        await context.bot.send_message(toy.KEY_PERSON, toy.NOTICE)
        return ConversationHandler.END
    await query.edit_message_text(toy.question(number + 1), reply_markup=keyboard(number + 1))
    return number + 1


async def persisted(update: object, context: Any) -> None:
    await context.application.update_persistence()


def main(way: str) -> None:
    persistence: Any = SqlPersistence() if way == "sql" else PicklePersistence(toy.FILE + ".pickle")
    application = (
        Application.builder().token(toy.TOKEN).base_url(f"{toy.BASE}/bot").persistence(persistence).build()
    )
    states: Any = {
        number: [CallbackQueryHandler(pressed, pattern=f"^q{number}:")] for number in range(toy.QUESTIONS)
    }
    begin: Any = [CommandHandler("start", start)]
    application.add_handler(
        ConversationHandler(begin, states, begin, name="talk", persistent=True, allow_reentry=True)
    )
    if way == "sql":  # after each update, when the state that the handler returned is known
        application.add_handler(TypeHandler(object, persisted), group=1)
    application.run_polling()


if __name__ == "__main__":
    main(sys.argv[1])
