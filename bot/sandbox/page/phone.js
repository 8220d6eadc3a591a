// One phone: its chat, its text box, its menus and its lock screen.

import { Log } from "./log.js";
import { notification } from "./notification.js";
import { element } from "./text.js";
import { day, hour, known, nameOfLanguage, now, t, translate } from "./words.js";

const LANGUAGES = ["da", "en", "de", "pl", "uk", "ru", "ro", "tr", "ar", "fa", "so", "ur", "vi", "th", "fr", "es"];
const ATTACHMENTS = ["photo", "voice", "sticker", "contact", "location", "document"];
const TOAST = 4000; // milliseconds
const TYPING = 5000;

export class Phone {
  /** `post` calls the sandbox; `changed` is told when the number of unread messages may be another. */
  constructor(data, post, changed) {
    this.id = data.id;
    this.post = (act, body = {}) => post(`phones/${this.id}/${act}`, body);
    this.changed = changed;
    this.section = document.getElementById("phone").content.firstElementChild.cloneNode(true);
    this.section.dataset.phone = this.id;
    this.isLocked = sessionStorage.getItem(`locked ${this.id}`) === "yes";
    this.log = new Log(this.$(".log"), {
      press: (id, button, data) => this.press(id, button, data),
      command: (text) => this.post("text", { text }),
      edit: (message) => this.beginEdit(message),
    });
    this.wire();
    this.set(data);
  }

  $(selector) { return this.section.querySelector(selector); }

  get title() { return known(this.data.role) ? t(this.data.role) : `${this.data.first_name} ${this.id}`; }
  get unread() { return this.data.notifications.length; }

  set(data) {
    this.data = data;
    this.log.replaceAll(data.messages);
    this.label();
  }

  /** Everything that has words or follows from what is known, but not the messages. */
  label() {
    translate(this.section);
    const heading = this.$("h2");
    heading.id = `phone-${this.id}`;
    heading.textContent = this.title;
    this.section.setAttribute("aria-labelledby", heading.id);
    this.$(".bot").textContent = this.data.bot_name;
    this.$(".avatar").textContent = [...this.data.bot_name][0] ?? "";
    this.$(".sub").textContent = t("bot");
    this.labelLanguages();
    this.labelCommands();
    this.fill("[data-attachments]", ATTACHMENTS.map((kind) => this.choice(t(kind), "", () => this.post("send", { kind }))));
    this.labelStart();
    this.showLock();
    this.showNotifications();
  }

  labelLanguages() {
    const codes = [...new Set([...LANGUAGES, this.data.language])].filter(Boolean);
    this.$("[data-language]").replaceChildren(...codes.map((code) => new Option(nameOfLanguage(code), code, false, code === this.data.language)));
  }

  labelCommands() {
    const choices = this.data.commands.map(({ command, description }) =>
      this.choice(`/${command}`, description, () => this.post("text", { text: `/${command}` })));
    this.fill("[data-commands]", choices.length ? choices : [element("p", "", t("noCommands"))]);
  }

  labelStart() {
    const start = this.$("[data-start]");
    start.hidden = !this.data.blocked && this.log.size > 0;
    start.textContent = t(this.data.blocked ? "restart" : "start");
    for (const e of this.$(".composer").elements) e.disabled = this.data.blocked;
  }

  choice(name, explanation, act) {
    const e = element("button", "choice");
    e.type = "button";
    e.append(element("b", "", name), element("span", "", explanation));
    e.lastChild.dir = "auto";
    e.addEventListener("click", () => { this.closeMenus(); this.$("[data-input]").focus(); act(); });
    return e;
  }

  fill(selector, children) { this.$(selector).replaceChildren(...children); }

  // What the person does

  wire() {
    const input = this.$("[data-input]");
    this.$(".composer").addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.send(); }
    });
    input.addEventListener("input", () => this.fitInput());
    this.section.addEventListener("keydown", (event) => { if (event.key === "Escape") { this.closeMenus(); this.endEdit(); } });
    this.menu("[data-menu]", "[data-commands]");
    this.menu("[data-attach]", "[data-attachments]");
    this.$("[data-cancel]").addEventListener("click", () => this.endEdit());
    this.$("[data-start]").addEventListener("click", () => this.start());
    this.$("[data-language]").addEventListener("change", (event) => this.post("language", { code: event.target.value }));
    this.$("[data-lock]").addEventListener("click", () => this.lock(!this.isLocked));
    this.$("[data-unlock]").addEventListener("click", () => this.lock(false));
  }

  menu(button, list) {
    this.$(button).addEventListener("click", () => {
      const opens = this.$(list).hidden;
      this.closeMenus();
      this.$(list).hidden = !opens;
      this.$(button).setAttribute("aria-expanded", String(opens));
      if (opens) this.$(list).querySelector("button")?.focus();
    });
  }

  closeMenus() {
    for (const list of this.section.querySelectorAll(".choices")) list.hidden = true;
    for (const button of this.section.querySelectorAll("[aria-expanded]")) button.setAttribute("aria-expanded", "false");
  }

  async send() {
    const input = this.$("[data-input]");
    const text = input.value.trim();
    if (!text) return;
    const done = this.editing
      ? await this.post("edit", { message_id: this.editing, text })
      : await this.post("text", { text });
    if (done) this.endEdit(true);
  }

  fitInput() {
    const input = this.$("[data-input]");
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight + 2, 120)}px`;
  }

  beginEdit(message) {
    this.editing = message.message_id;
    this.$(".editing").hidden = false;
    this.$("[data-input]").value = message.text;
    this.$("[data-input]").focus();
    this.fitInput();
  }

  endEdit(sent = false) {
    if (!sent && !this.editing) return;
    this.editing = undefined;
    this.$(".editing").hidden = true;
    this.$("[data-input]").value = "";
    this.fitInput();
  }

  async start() {
    if (this.data.blocked) await this.post("block", { blocked: false });
    await this.post("text", { text: "/start" });
    this.$("[data-input]").focus();
  }

  async press(message_id, button, data) {
    button.setAttribute("aria-busy", "true");
    if (!(await this.post("press", { message_id, data }))) button.removeAttribute("aria-busy");
  }

  // What the sandbox tells

  message(message) { this.log.put(message); this.typing(false); this.labelStart(); }
  deleted(id) { this.log.remove(id); this.labelStart(); }

  typing(is = true) {
    clearTimeout(this.typingEnds);
    this.$(".sub").textContent = t(is ? "typing" : "bot");
    if (is) this.typingEnds = setTimeout(() => this.typing(false), TYPING);
  }

  /** Returns the text when it wants a box of its own instead of a toast. */
  answered(answer) {
    for (const button of this.section.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
    if (answer.show_alert || !answer.text) return answer.text;
    this.toast(answer.text);
    return "";
  }

  toast(text) {
    clearTimeout(this.toastEnds);
    this.$(".toast").textContent = text;
    this.toastEnds = setTimeout(() => { this.$(".toast").textContent = ""; }, TOAST);
  }

  notified(notifications) { this.data.notifications = notifications; this.showNotifications(); }
  offers(commands) { this.data.commands = commands; this.labelCommands(); }

  // The lock screen

  lock(locked) {
    this.isLocked = locked;
    sessionStorage.setItem(`locked ${this.id}`, locked ? "yes" : "no");
    this.showLock();
    this.changed();
    this.$(locked ? "[data-unlock]" : "[data-input]").focus();
  }

  showLock() {
    this.$(".locked").hidden = !this.isLocked;
    this.$(".chat").inert = this.isLocked;
    const button = this.$("[data-lock]");
    button.textContent = t(this.isLocked ? "unlock" : "lock");
    button.setAttribute("aria-pressed", String(this.isLocked));
    this.tick();
    if (!this.isLocked) this.log.toEnd();
  }

  tick() {
    this.$(".hour").textContent = hour(now());
    this.$(".day").textContent = day(now());
  }

  showNotifications() {
    const badge = this.$("[data-unread]");
    badge.hidden = !this.unread;
    badge.textContent = this.unread;
    badge.title = t("unread", this.unread);
    this.$(".none").hidden = this.unread > 0;
    this.fill(".notifications", this.data.notifications.map(notification).reverse());
    this.changed();
  }

  /** On a small screen one phone is in front; what is behind could not scroll while it was hidden. */
  bringForward(is) {
    const was = this.section.classList.contains("shown");
    this.section.classList.toggle("shown", is);
    if (is && !was) this.log.toEnd();
  }

  /** A phone that lies open before its owner is read. */
  read() {
    const seen = document.visibilityState === "visible" && this.section.offsetParent !== null && !this.isLocked;
    if (seen && this.unread) this.post("read");
  }
}
