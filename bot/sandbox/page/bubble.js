// Shows one message with its buttons; what a press or a tap leads to is told by whoever asks for it.

import { element, formatted } from "./text.js";
import { hour, sent, t } from "./words.js";

/** `on` has press(button, data), command(text), edit(message) and grown(). */
export function fillBubble(article, message, on) {
  const mine = !message.from.is_bot;
  article.className = `message ${mine ? "out" : "in"}`;
  article.dataset.message = message.message_id;
  const rows = message.reply_markup?.inline_keyboard ?? [];
  const standing = article.querySelector(":scope > .keyboard");
  if (standing && standing.dataset.codes === codes(rows)) {
    relabel(standing, rows);
    standing.previousElementSibling.replaceWith(bubble(message, mine, on));
    return;
  }
  const parts = [bubble(message, mine, on)];
  if (rows.length) parts.push(keyboard(rows, on));
  const focused = article.contains(document.activeElement) ? document.activeElement.dataset.code : undefined;
  const hadFocus = article.contains(document.activeElement);
  article.replaceChildren(...parts);
  if (hadFocus) keepFocus(article, focused);
}

// A tick changes a label alone. Were its button made anew, whoever is just pressing the next would press nothing:
// a browser drops the click when the button goes between the finger's coming and its leaving.
const codes = (rows) => JSON.stringify(rows.map((row) => row.map(({ text, ...leads }) => leads)));

function relabel(board, rows) {
  const labels = [...board.querySelectorAll(".key > span")];
  rows.flat().forEach((button, place) => { labels[place].textContent = button.text; });
}

// Who presses by keyboard stays in the message: on the same button if it is still there, else at its top.
function keepFocus(article, code) {
  const same = code && [...article.querySelectorAll("[data-code]")].find((b) => b.dataset.code === code);
  article.tabIndex = -1;
  (same || article).focus({ preventScroll: true });
}

function bubble(message, mine, on) {
  const box = element("div", "bubble");
  if (message.has_protected_content) guard(box);
  box.append(...attachments(message, on));
  const text = message.text ?? message.caption;
  if (text) {
    const words = element("div", "text");
    words.dir = "auto";
    words.append(formatted(text, message.entities ?? message.caption_entities, on.command));
    box.append(words);
  }
  box.append(meta(message, mine, on));
  return box;
}

function guard(box) {
  box.classList.add("protected");
  for (const kind of ["copy", "cut", "contextmenu", "dragstart"]) box.addEventListener(kind, (event) => event.preventDefault());
}

function meta(message, mine, on) {
  const line = element("p", "meta");
  if (message.has_protected_content) {
    const lock = element("span", "lock");
    lock.append(padlock());
    lock.title = t("protected");
    lock.setAttribute("role", "img");
    lock.setAttribute("aria-label", t("protected"));
    line.append(lock);
  }
  if (mine && message.text) {
    const change = element("button", "inline edit", "✎");
    change.type = "button";
    change.title = t("edit");
    change.setAttribute("aria-label", t("edit"));
    change.addEventListener("click", () => on.edit(message));
    line.append(change);
  }
  if (message.edit_date) line.append(element("span", "", t("edited")));
  const time = element("time", "", hour(sent(message)));
  time.dateTime = sent(message).toISOString();
  line.append(time);
  return line;
}

function padlock() {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  const shape = document.createElementNS(space, "path");
  drawing.setAttribute("viewBox", "0 0 16 16");
  shape.setAttribute("d", "M4 7V5a4 4 0 0 1 8 0v2h1v8H3V7zm2 0h4V5a2 2 0 0 0-4 0z");
  drawing.append(shape);
  return drawing;
}

function attachments(message, on) {
  if (message.photo) return [picture(message, on)];
  if (message.document) return [file(message)];
  const kind = ["voice", "sticker", "contact", "location"].find((name) => name in message);
  return kind ? [element("p", "attachment", t(kind))] : [];
}

function picture(message, on) {
  if (!message.from.is_bot) return element("p", "attachment", t("photo")); // there is no picture behind it
  const image = element("img");
  image.src = `/sandbox/files/${message.photo.at(-1).file_id}`;
  image.alt = message.caption ?? t("photo");
  image.width = message.photo.at(-1).width;
  image.height = message.photo.at(-1).height;
  image.draggable = !message.has_protected_content;
  image.addEventListener("load", on.grown);
  return image;
}

function file(message) {
  const { file_id, file_name, file_size } = message.document;
  const words = file_size ? `${file_name} · ${Math.max(1, Math.round(file_size / 1024))} KB` : file_name;
  if (!message.from.is_bot) return element("p", "attachment", `${t("document")}: ${words}`);
  const link = element("a", "attachment", words);
  link.href = `/sandbox/files/${file_id}`;
  link.download = file_name;
  return link;
}

function keyboard(rows, on) {
  const board = element("div", "keyboard");
  board.setAttribute("role", "group");
  board.setAttribute("aria-label", t("buttons"));
  board.dataset.codes = codes(rows);
  for (const row of rows) {
    const line = element("div", "row");
    line.append(...row.map((button) => inlineButton(button, on)));
    board.append(line);
  }
  return board;
}

function inlineButton(button, on) {
  const e = element(button.url ? "a" : "button", "key");
  const label = element("span", "", button.text);
  label.dir = "auto";
  e.append(label);
  if (button.url) {
    e.href = button.url;
    e.target = "_blank";
    e.rel = "noreferrer noopener";
    return e;
  }
  e.type = "button";
  if (button.callback_data !== undefined) {
    e.dataset.code = button.callback_data;
    e.addEventListener("click", () => on.press(e, button.callback_data));
  } else if (button.copy_text) {
    e.addEventListener("click", () => navigator.clipboard.writeText(button.copy_text.text));
  }
  return e;
}
