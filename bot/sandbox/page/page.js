// The page around the phones: what the sandbox tells, the clock, the weather, the tabs and the language.

import { Phone } from "./phone.js";
import { element } from "./text.js";
import { currentTongue, now, setNow, setTongue, stamp, t, translate } from "./words.js";

const $ = (id) => document.getElementById(id);
const phones = new Map();
let weather = [];
let shown = Number(sessionStorage.getItem("shown")) || 0;

async function post(path, body) {
  try {
    const response = await fetch(`/sandbox/${path}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    if (response.ok) return await response.json();
    say(t("refused", (await response.json()).description));
  } catch {
    say(t("offline"));
  }
  return null;
}

function say(words) { $("offline").textContent = words; }

// What the sandbox tells

const TELLS = {
  state: ({ state }) => begin(state),
  message: (event) => phones.get(event.phone)?.message(event.message),
  edited: (event) => phones.get(event.phone)?.message(event.message),
  deleted: (event) => phones.get(event.phone)?.deleted(event.message_id),
  typing: (event) => phones.get(event.phone)?.typing(),
  notifications: (event) => phones.get(event.phone)?.notified(event.notifications),
  commands: (event) => { for (const [id, phone] of phones) phone.offers(event.menus[id] ?? []); },
  clock: (event) => { setNow(event.now); tick(); },
  weather: (event) => { weather = event.weather; showWeather(); },
  answer: (event) => {
    const phone = phones.get(event.phone);
    const text = phone?.answered(event.answer);
    if (text) alert(phone.title, text);
  },
};

function begin(state) {
  setNow(state.now);
  weather = state.weather;
  for (const data of state.phones) {
    const phone = phones.get(data.id);
    if (phone) phone.set(data);
    else {
      phones.set(data.id, new Phone(data, post, showTabs));
      $("phones").append(phones.get(data.id).section);
    }
  }
  if (!phones.has(shown)) shown = state.phones[0]?.id;
  label();
  phones.get(shown)?.log.toEnd();
}

function listen() {
  const source = new EventSource("/sandbox/events");
  source.addEventListener("open", () => say(""));
  source.addEventListener("error", () => {
    say(t("offline"));
    // A browser gives up on an answer that is no stream; the sandbox may only be starting again.
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  });
  source.addEventListener("message", ({ data }) => { const event = JSON.parse(data); TELLS[event.type]?.(event); });
}

function alert(from, text) {
  $("alert-from").textContent = from;
  $("alert-text").textContent = text;
  if (!$("alert").open) $("alert").showModal();
}

// The page's own words and controls

function label() {
  document.documentElement.lang = currentTongue();
  document.title = t("title");
  translate(document.body);
  for (const button of document.querySelectorAll("[data-tongue]")) {
    button.setAttribute("aria-pressed", String(button.dataset.tongue === currentTongue()));
  }
  for (const phone of phones.values()) phone.label();
  showWeather();
  tick();
}

function showTabs() {
  for (const [id, phone] of phones) phone.bringForward(id === shown);
  const focused = document.activeElement?.dataset?.tab;
  $("tabs").replaceChildren(...[...phones.values()].map(tab));
  if (focused) $("tabs").querySelector(`[data-tab="${focused}"]`)?.focus();
  for (const phone of phones.values()) phone.read();
}

function tab(phone) {
  const button = element("button", "", phone.title);
  button.type = "button";
  button.dataset.tab = phone.id;
  button.setAttribute("aria-pressed", String(phone.id === shown));
  if (phone.unread) {
    const badge = element("span", "badge", String(phone.unread));
    badge.setAttribute("aria-label", t("unread", phone.unread));
    button.append(badge);
  }
  button.addEventListener("click", () => {
    shown = phone.id;
    sessionStorage.setItem("shown", shown);
    showTabs();
  });
  return button;
}

function showWeather() {
  const present = weather.filter((fault) => !fault.until || fault.until * 1000 > Date.now());
  const lines = present.map((fault) =>
    t(`now_${fault.kind}`, fault.until ? Math.ceil(fault.until - Date.now() / 1000) : fault.seconds));
  $("weather-count").hidden = !present.length;
  $("weather-count").textContent = present.length;
  const list = $("weather-now");
  const told = lines.join("\n");
  if (list.dataset.told !== told) {
    list.dataset.told = told;
    list.replaceChildren(...lines.map((line) => element("li", "", line)));
  }
  showBlocks();
}

function showBlocks() {
  const state = [...phones.values()].map((phone) => [phone.id, phone.title, phone.data.blocked]);
  const told = JSON.stringify(state);
  if ($("blocks").dataset.told === told) return;
  $("blocks").dataset.told = told;
  $("blocks").replaceChildren(...state.map(([id, title, blocked]) => {
    const line = element("label");
    const box = element("input");
    box.type = "checkbox";
    box.checked = blocked;
    box.dataset.block = id;
    box.addEventListener("change", () => post(`phones/${id}/block`, { blocked: box.checked }));
    line.append(box, title);
    return line;
  }));
}

function tick() {
  const words = stamp(now());
  if ($("now").textContent !== words) $("now").textContent = words;
  $("now").dateTime = now().toISOString();
  for (const phone of phones.values()) phone.tick();
  if (weather.some((fault) => fault.until)) showWeather();
}

document.addEventListener("click", (event) => {
  const { forward, fault, tongue } = event.target.closest("button")?.dataset ?? {};
  if (forward) post("clock", { forward_seconds: Number(forward) });
  if (fault) post("fault", JSON.parse(fault));
  if (tongue) { setTongue(tongue); for (const phone of phones.values()) phone.log.relabel(); label(); }
  if (!event.target.closest("#weather")) $("weather").open = false;
});
document.addEventListener("keydown", (event) => { if (event.key === "Escape") $("weather").open = false; });
document.addEventListener("visibilitychange", showTabs);
setInterval(tick, 1000);
label();
listen();
