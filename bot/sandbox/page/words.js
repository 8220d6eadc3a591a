// The words of the page itself, in Danish and English, and how times are written; not the bot's words.

const WORDS = {
  da: {
    title: "Sandkasse", clock: "Sandkassens ur", plusHour: "+1 t", plusHours: "+8 t", plusDay: "+1 døgn",
    forward5: "Stil uret 5 minutter frem", forward60: "Stil uret 1 time frem", forward480: "Stil uret 8 timer frem",
    forwardDay: "Stil uret 1 døgn frem", weather: "Vejr", pageLanguage: "Sidens sprog", phones: "Telefoner",
    weatherWhat: "Prøv hvad botten gør, når forbindelsen til Telegram er dårlig. Det hører ikke til telefonerne.",
    flood: "For mange kald (vent 5 s), én gang", broken: "Fejl 500, én gang", lost: "Svar går tabt, én gang",
    slow: "Langsomt (2 s pr. kald)", down: "Nede i 30 s", clear: "Klart vejr igen", blockLegend: "Telefonen blokerer botten",
    now_429: "Næste kald afvises med 429", now_500: "Næste kald fejler med 500", now_lost: "Næste svar går tabt",
    now_slow: "Hvert kald tager {n} s ekstra", now_down: "Nede, endnu {n} s",
    frontline: "Medarbejder", key_person: "Nøgleperson", coordinator: "Koordinator",
    phoneLanguage: "Telefonens sprog", lock: "Lås", unlock: "Lås op", locked: "Låst skærm", log: "Samtale", commands: "Kommandoer",
    noCommands: "Botten har ikke sat nogen kommandoer her.", attach: "Vedhæft", write: "Besked", send: "Send",
    editing: "Du retter en besked", cancel: "Fortryd", edit: "Ret beskeden", start: "Start", restart: "Fjern blokering og start igen",
    bot: "bot", typing: "skriver …", edited: "rettet", notifications: "Notifikationer", noNotifications: "Ingen nye notifikationer",
    silent: "uden lyd", protected: "Kan ikke kopieres eller videresendes", buttons: "Knapper", unread: "{n} ulæste",
    you: "Dig", spoiler: "Vis skjult tekst", photo: "Foto", voice: "Talebesked", sticker: "Klistermærke", contact: "Kontakt",
    location: "Placering", document: "Dokument", copied: "Kopieret", offline: "Sandkassen svarer ikke. Prøver igen …",
    refused: "Det gik ikke: {n}",
  },
  en: {
    title: "Sandbox", clock: "The sandbox's clock", plusHour: "+1 h", plusHours: "+8 h", plusDay: "+1 day",
    forward5: "Move the clock 5 minutes forward", forward60: "Move the clock 1 hour forward",
    forward480: "Move the clock 8 hours forward", forwardDay: "Move the clock 1 day forward",
    weather: "Weather", pageLanguage: "Language of the page", phones: "Phones",
    weatherWhat: "See what the bot does when the connection to Telegram is bad. This is not part of the phones.",
    flood: "Too many requests (wait 5 s), once", broken: "Error 500, once", lost: "An answer is lost, once",
    slow: "Slow (2 s a call)", down: "Down for 30 s", clear: "Clear weather again", blockLegend: "The phone blocks the bot",
    now_429: "The next call is refused with 429", now_500: "The next call fails with 500", now_lost: "The next answer is lost",
    now_slow: "Each call takes {n} s more", now_down: "Down, {n} s to go",
    frontline: "Employee", key_person: "Key person", coordinator: "Coordinator",
    phoneLanguage: "Language of the phone", lock: "Lock", unlock: "Unlock", locked: "Lock screen", log: "Conversation", commands: "Commands",
    noCommands: "The bot has set no commands here.", attach: "Attach", write: "Message", send: "Send",
    editing: "You are editing a message", cancel: "Cancel", edit: "Edit the message", start: "Start", restart: "Unblock and start again",
    bot: "bot", typing: "typing …", edited: "edited", notifications: "Notifications", noNotifications: "No new notifications",
    silent: "silent", protected: "Cannot be copied or forwarded", buttons: "Buttons", unread: "{n} unread",
    you: "You", spoiler: "Show hidden text", photo: "Photo", voice: "Voice message", sticker: "Sticker", contact: "Contact",
    location: "Location", document: "Document", copied: "Copied", offline: "The sandbox does not answer. Trying again …",
    refused: "That did not work: {n}",
  },
};

const ZONE = "Europe/Copenhagen"; // the phones are in Denmark, wherever the browser is
let tongue = localStorage.getItem("tongue") === "en" ? "en" : "da";
let ahead = 0; // milliseconds between the sandbox's clock and the machine's

export const t = (key, n) => (WORDS[tongue][key] ?? key).replace("{n}", n);
export const known = (key) => key in WORDS[tongue];
export const currentTongue = () => tongue;
export const setTongue = (code) => { tongue = code; localStorage.setItem("tongue", code); };
export const setNow = (iso) => { ahead = Date.parse(iso) - Date.now(); };
export const now = () => new Date(Date.now() + ahead);

const written = (date, how) => new Intl.DateTimeFormat(tongue === "da" ? "da-DK" : "en-GB", { timeZone: ZONE, ...how }).format(date);
export const hour = (date) => written(date, { hour: "2-digit", minute: "2-digit" });
export const day = (date) => written(date, { weekday: "long", day: "numeric", month: "long" });
export const stamp = (date) => written(date, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
export const sent = (message) => new Date(message.date * 1000);
export const nameOfLanguage = (code) => new Intl.DisplayNames([code], { type: "language" }).of(code);

/** Puts the words where data-t, data-t-label and data-t-hint say. */
export function translate(root) {
  for (const e of root.querySelectorAll("[data-t]")) e.textContent = t(e.dataset.t);
  for (const e of root.querySelectorAll("[data-t-label]")) { e.setAttribute("aria-label", t(e.dataset.tLabel)); e.title = t(e.dataset.tLabel); }
  for (const e of root.querySelectorAll("[data-t-hint]")) e.placeholder = t(e.dataset.tHint);
}
