// The messages of one phone in their order, with a line for each day; keeps the end in sight while it grows.

import { fillBubble } from "./bubble.js";
import { element } from "./text.js";
import { day, sent } from "./words.js";

const NEAR = 80; // pixels from the end within which a reader is taken to be at the end
const FADE = 180; // milliseconds, as in phone.css

export class Log {
  constructor(box, on) {
    this.box = box;
    this.on = { ...on, grown: () => this.keepEnd(true) };
    this.shown = new Map();
  }

  get size() { return this.shown.size; }

  replaceAll(messages) {
    this.box.replaceChildren();
    this.shown.clear();
    for (const message of messages) this.show(message);
    this.toEnd();
  }

  put(message) {
    const atEnd = this.atEnd() || !message.from.is_bot;
    this.show(message);
    this.keepEnd(atEnd);
  }

  show(message) {
    const old = this.shown.get(message.message_id);
    const article = old?.article ?? element("article");
    fillBubble(article, message, { ...this.on, press: (button, data) => this.on.press(message.message_id, button, data) });
    if (!old) this.box.append(article);
    this.shown.set(message.message_id, { article, message });
    this.markDays();
  }

  remove(id) {
    const article = this.shown.get(id)?.article;
    if (!article) return;
    this.shown.delete(id);
    article.inert = true;
    article.classList.add("leaving");
    const gone = () => { article.remove(); this.markDays(); };
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) gone();
    else setTimeout(gone, FADE);
  }

  /** Writes the messages again, in the language that the page now has. */
  relabel() { this.replaceAll([...this.shown.values()].map(({ message }) => message)); }

  markDays() {
    for (const line of this.box.querySelectorAll(".day-line")) line.remove();
    let last = "";
    for (const { article, message } of this.shown.values()) {
      const today = day(sent(message));
      if (today !== last) article.before(element("p", "day-line", today));
      last = today;
    }
  }

  atEnd() { return this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < NEAR; }
  toEnd() { this.box.scrollTop = this.box.scrollHeight; }
  keepEnd(wasThere) { if (wasThere) this.toEnd(); }
}
