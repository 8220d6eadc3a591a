// Builds a text with its entities out of nodes; nothing that the bot writes is ever read as HTML.

import { t } from "./words.js";

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};

export function element(tag, className = "", text = "") {
  const e = document.createElement(tag);
  if (className) e.className = className;
  if (text) e.textContent = text;
  return e;
}

/** Offsets count UTF-16 units, which is what JavaScript's strings count too. */
export function formatted(text, entities, onCommand) {
  const open = [...(entities ?? [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return within(text, 0, text.length, open, onCommand);
}

function within(text, from, to, entities, onCommand) {
  const piece = document.createDocumentFragment();
  let place = from;
  while (entities.length && entities[0].offset < to) {
    const entity = entities.shift();
    const end = Math.min(entity.offset + entity.length, to);
    if (entity.offset < place) continue; // overlaps what is already there: Telegram does not send such
    piece.append(text.slice(place, entity.offset));
    const node = nodeFor(entity, text.slice(entity.offset, end), onCommand);
    node.append(within(text, entity.offset, end, entities, onCommand));
    piece.append(node);
    place = end;
  }
  piece.append(text.slice(place, to));
  return piece;
}

function nodeFor(entity, words, onCommand) {
  if (entity.type === "spoiler") return spoiler();
  if (entity.type === "bot_command") return command(words, onCommand);
  if (entity.type === "text_link" || entity.type === "url") return link(entity.url ?? words);
  return element(TAGS[entity.type] ?? "span");
}

function spoiler() {
  const e = element("button", "spoiler");
  e.type = "button";
  e.setAttribute("aria-label", t("spoiler"));
  e.addEventListener("click", () => { e.classList.add("shown"); e.removeAttribute("aria-label"); });
  return e;
}

function command(words, onCommand) {
  const e = element("button", "inline");
  e.type = "button";
  e.addEventListener("click", () => onCommand(words));
  return e;
}

function link(address) {
  if (!/^(https?|tg):/i.test(address)) return element("span");
  const e = element("a");
  e.href = address;
  e.target = "_blank";
  e.rel = "noreferrer noopener";
  return e;
}
