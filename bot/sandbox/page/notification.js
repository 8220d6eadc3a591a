// One notification as a lock screen shows it: who wrote, when, whether it made a sound, and the text as it is.

import { element } from "./text.js";
import { hour, t } from "./words.js";

export function notification({ message_id, title, text, silent, date }) {
  const item = element("li", silent ? "silent" : "");
  item.dataset.notification = message_id;
  const head = element("p", "head");
  const name = element("b", "", title);
  name.dir = "auto";
  head.append(name, element("time", "", hour(new Date(date * 1000))));
  if (silent) head.append(element("span", "mark", t("silent")));
  const words = element("p", "words", text);
  words.dir = "auto";
  item.append(head, words);
  return item;
}
