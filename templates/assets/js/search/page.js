// The search page: Pagefind finds, this shows. What is asked stands in the address, so that it can be kept and sent.

import { excerptNodes } from "./excerpt.js";

const AT_ONCE = 10;
const PAUSE_MS = 200;
const byId = (id) => document.getElementById(id);

function made(name, className, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

class Search {
  constructor(box) {
    this.box = box;
    this.words = byId("search_words");
    this.status = byId("search_status");
    this.list = byId("search_results");
    this.more = byId("search_more");
    this.choices = [...box.querySelectorAll("select")];
    this.found = [];
    this.round = 0; // answers to what was asked before are dropped
  }

  async start() {
    this.readAddress();
    this.words.addEventListener("input", () => this.soon());
    this.words.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.ask();
    });
    for (const choice of this.choices) choice.addEventListener("change", () => this.ask());
    this.more.addEventListener("click", () => this.showMore());
    this.words.addEventListener("focus", () => this.load().catch(() => {}), { once: true });
    if (this.asked().words || this.chosen().length) await this.ask();
  }

  // Loads Pagefind once; only when somebody means to search.
  load() {
    this.loading ??= (async () => {
      const pagefind = await import(new URL(this.box.dataset.bundle, document.baseURI).href);
      await pagefind.options({ excerptLength: 30 });
      await pagefind.init();
      this.offer(await pagefind.filters());
      return pagefind;
    })();
    return this.loading;
  }

  // Fills the choices with what the index knows.
  offer(filters) {
    for (const choice of this.choices) {
      const kept = choice.dataset.wanted ?? choice.value;
      for (const [value, count] of Object.entries(filters[choice.name] ?? {})) {
        choice.append(new Option(`${value} (${count})`, value));
      }
      choice.value = kept;
      if (choice.selectedIndex < 0) choice.value = "";
      delete choice.dataset.wanted;
    }
  }

  asked() {
    return { words: this.words.value.trim() };
  }

  chosen() {
    return this.choices
      .map((choice) => [choice.name, choice.dataset.wanted ?? choice.value])
      .filter(([, value]) => value);
  }

  readAddress() {
    const given = new URLSearchParams(location.search);
    this.words.value = given.get("q") ?? "";
    for (const choice of this.choices) {
      if (given.get(choice.name)) choice.dataset.wanted = given.get(choice.name);
    }
  }

  keepAddress() {
    const { words } = this.asked();
    const given = new URLSearchParams([...(words ? [["q", words]] : []), ...this.chosen()]);
    history.replaceState(null, "", `${location.pathname}${given.size ? `?${given}` : ""}`);
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE_MS);
  }

  async ask() {
    clearTimeout(this.timer);
    const round = ++this.round;
    try {
      const pagefind = await this.load();
      const { words } = this.asked(), chosen = this.chosen();
      this.keepAddress();
      const answer = words || chosen.length
        ? await pagefind.search(words || null, { filters: Object.fromEntries(chosen) })
        : { results: [] };
      if (round === this.round) await this.show(answer.results, words, chosen.length > 0);
    } catch (error) {
      this.status.textContent = `The index could not be loaded (${error.message}); all writeups are listed below.`;
    }
  }

  async show(results, words, chosen) {
    this.found = results;
    this.list.replaceChildren();
    await this.showMore(false);
    const what = words ? ` for “${words}”` : "";
    const count = results.length === 1 ? "1 page" : `${results.length || "No"} pages`;
    this.status.textContent = words || chosen ? count + what : "";
  }

  async showMore(moveFocus = true) {
    const round = this.round, from = this.list.children.length;
    const next = await Promise.all(this.found.slice(from, from + AT_ONCE).map((result) => result.data()));
    if (round !== this.round || this.list.children.length !== from) return;
    this.list.append(...next.map((page) => this.entry(page)));
    this.more.hidden = this.list.children.length >= this.found.length;
    if (moveFocus) this.list.children[from]?.querySelector("a").focus();
  }

  entry(page) {
    const link = made("a", "", page.meta.title ?? page.raw_url);
    link.href = this.box.dataset.root + page.raw_url.replace(/^\//, "");
    const kind = made("span", "kicker", (page.filters.kind ?? []).join(", "));
    const facts = [page.meta.date, page.meta.score].filter(Boolean).join(" · ");
    const line = made("p", "search__line", kind, ...(facts ? [" ", made("span", "note", facts)] : []));
    return made("li", "search__item", line, made("p", "search__title", link),
      made("p", "search__excerpt", ...excerptNodes(page.excerpt)));
  }
}

const box = byId("search_box");
if (box) {
  if (location.protocol === "file:") byId("search_status").textContent = box.dataset.fromDisk;
  else new Search(box).start();
}
