// grammY conversations with their state in better-sqlite3; the runner handles chats side by side, each in order.
import { conversations, createConversation } from "@grammyjs/conversations";
import { run, sequentialize } from "@grammyjs/runner";
import Database from "better-sqlite3";
import { Bot, InlineKeyboard } from "grammy";

const QUESTIONS = 15;
const KEY_PERSON = 42;
const CHOICES = [["a", "Yes, as far as I can see"], ["b", "No"], ["c", "I do not know yet"]];
const question = (number) =>
  `Question ${number + 1} of ${QUESTIONS}. ` + "What is it that you have seen, heard or been told today? ".repeat(4);
const keyboard = (number) =>
  InlineKeyboard.from(CHOICES.map(([key, label]) => [InlineKeyboard.text(label, `q${number}:${key}`)]));

const db = new Database(process.env.FILE);
db.pragma("journal_mode = WAL");
db.pragma("synchronous = FULL");
db.exec("CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value TEXT NOT NULL)");
db.exec("CREATE TABLE IF NOT EXISTS outcome (id INTEGER PRIMARY KEY, answers TEXT NOT NULL)");
const read = db.prepare("SELECT value FROM kept WHERE key = ?");
const write = db.prepare("INSERT OR REPLACE INTO kept VALUES (?, ?)");
const forget = db.prepare("DELETE FROM kept WHERE key = ?");
const outcome = db.prepare("INSERT INTO outcome (answers) VALUES (?)");
const storage = {
  read: (key) => {
    const row = read.get(key);
    return row && JSON.parse(row.value);
  },
  write: (key, value) => { write.run(key, JSON.stringify(value)); },
  delete: (key) => { forget.run(key); },
};

async function talk(conversation, ctx) {
  const answers = {};
  await ctx.reply(question(0), { reply_markup: keyboard(0) });
  for (let number = 0; number < QUESTIONS; number++) {
    const pressed = await conversation.waitForCallbackQuery(new RegExp(`^q${number}:`));
    answers[number] = pressed.callbackQuery.data.split(":")[1];
    await pressed.answerCallbackQuery();
    if (number + 1 < QUESTIONS) {
      await pressed.editMessageText(question(number + 1), { reply_markup: keyboard(number + 1) });
    } else {
      await conversation.external(() => { outcome.run(JSON.stringify(answers)); });
      await pressed.editMessageText("Thank you. That was all; a colleague has been told.");
      await pressed.api.sendMessage(KEY_PERSON, "There is something new for you.");
    }
  }
}

const bot = new Bot("123456789:AAToyToyToyToyToyToyToyToyToyToyToyToy", { client: { apiRoot: process.env.BASE } });
bot.use(sequentialize((ctx) => String(ctx.chat?.id)));
bot.use(conversations({ storage }));
bot.use(createConversation(talk));
bot.command("start", async (ctx) => {
  await ctx.conversation.exit("talk");
  await ctx.conversation.enter("talk");
});
bot.catch((error) => console.error(error.error));
run(bot);
