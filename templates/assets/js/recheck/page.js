// "Check this page": the claims of the page before the reader, compared again on her machine.

import { loadSqlite, openDatabase } from "../facts/sqlite.js";
import { cellText } from "../facts/values.js";
import { openPack } from "../pack/reader.js";
import { checkClaim, needsQueries, readFacts } from "./check.js";

const OBJECT = "\ufffc"; // stands for code and images, which are no prose
const byId = (id) => document.getElementById(id);

// Returns the words of a claim as a reader sees them; with `asProse`, code in them is one character.
function wordsOf(node, asProse = false) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeName === "CODE" && asProse) return OBJECT;
  if (node.nodeName === "IMG") return asProse ? OBJECT + node.alt + OBJECT : node.alt;
  return [...node.childNodes].map((child) => wordsOf(child, asProse)).join("");
}

const tidy = (text) => text.split(/\s+/).filter(Boolean).join(" ");
const plural = (count, one, more = `${one}s`) => `${count} ${count === 1 ? one : more}`;

class PageCheck {
  constructor(data, box) {
    this.data = data;
    this.box = box;
    this.tables = data.tables;
    this.whole = false; // whether the tables are those of a pack that the reader brought
    this.facts = new Map();
    this.kept = new Map();
  }

  elementOf(claim) {
    return byId(`ref-${claim.number}`);
  }

  // Reads every claim's facts again; queries too, where SQLite can be had.
  async read() {
    let database = null, why = "";
    if (needsQueries(this.data)) {
      if (!this.box.dataset.sqlite) why = "this site was built without SQLite for browsers";
      else {
        try {
          database = openDatabase(await loadSqlite(this.box.dataset.sqlite), this.tables);
        } catch (error) {
          why = error.message;
        }
      }
    }
    try {
      for (const claim of this.data.claims) this.facts.set(claim, readFacts(claim, this.tables, database?.ask ?? null));
    } finally {
      database?.close();
    }
    return why;
  }

  judged(claim) {
    const element = this.elementOf(claim);
    if (!element) return { verdict: "undecidable", rule: "gone", message: "it is not in the text any more", hint: "" };
    const facts = this.facts.get(claim) ?? readFacts(claim, this.tables, null);
    const prose = wordsOf(element, true).replace(/\s/g, " ");
    return checkClaim(this.data, claim, facts, tidy(wordsOf(element)), prose);
  }

  // Returns what became of each claim; the page shows it.
  async run() {
    const why = await this.read();
    const results = this.data.claims.map((claim) => {
      const told = this.judged(claim), { readings } = this.facts.get(claim);
      const changed = readings.filter((each) => !each.agrees);
      const holds = told.verdict === "verified" && (this.whole || !changed.length);
      this.mark(claim, told, readings, changed, holds);
      return { number: claim.number, verdict: told.verdict, rule: told.rule, holds, readings };
    });
    return { results, why };
  }

  mark(claim, told, readings, changed, holds) {
    const element = this.elementOf(claim);
    element?.classList.toggle("claim--rechecked", holds);
    element?.classList.toggle("claim--wrong", !holds);
    const item = byId(`claim-${claim.number}`);
    if (!item) return;
    let line = item.querySelector(".evidence__recheck");
    if (!line) {
      line = document.createElement("p");
      line.className = "evidence__recheck";
      item.append(line);
    }
    line.classList.toggle("evidence__recheck--differs", !holds);
    const given = changed.map((each) => `${each.fact} gives ${cellText(each.value)}, and ${cellText(each.stored)} was stored`);
    const said = holds ? "Checked again here: it holds" : `Checked again here: ${told.message}`;
    const from = readings.some((each) => each.how === "stored") ? " (compared with the stored value)" : "";
    line.textContent = [said + from, ...given, holds ? "" : told.hint].filter(Boolean).join("; ");
  }
}

// Says how it came out, to eyes and to screen readers.
function summary({ results, why }) {
  const held = results.filter((each) => each.holds).length;
  const hows = results.flatMap((each) => each.readings.map((reading) => reading.how));
  const count = (how) => hows.filter((each) => each === how).length;
  const parts = [`${held} of ${plural(results.length, "claim")} ${results.length === 1 ? "holds" : "hold"}.`];
  const again = [];
  if (count("cell")) again.push(`${plural(count("cell"), "value")} read from cells`);
  if (count("query")) again.push(`${plural(count("query"), "value")} computed again by query`);
  if (count("stored")) again.push(`${plural(count("stored"), "value")} only as stored in this page${why ? `, for ${why}` : ""}`);
  if (again.length) parts.push(`${again.join("; ")}.`);
  return parts.join(" ");
}

function say(element, text, good) {
  element.textContent = text;
  element.classList.toggle("recheck__status--holds", good);
  element.classList.toggle("recheck__status--differs", !good);
}

async function checkPage(check, button) {
  button.disabled = true;
  say(byId("recheck_status"), "Checking …", true);
  try {
    const outcome = await check.run();
    say(byId("recheck_status"), summary(outcome), outcome.results.every((each) => each.holds));
    document.dispatchEvent(new CustomEvent("clawpub-checked", { detail: outcome.results }));
    return outcome;
  } finally {
    button.disabled = false;
    button.focus();
  }
}

// --- changing a statement ---

function startEditing(check) {
  for (const claim of check.data.claims) {
    const element = check.elementOf(claim);
    if (!element) continue;
    check.kept.set(claim, [...element.childNodes].map((node) => node.cloneNode(true)));
    element.contentEditable = "true";
    element.removeAttribute("href"); // a link is no text box
    element.setAttribute("role", "textbox");
    element.setAttribute("aria-label", `Statement ${claim.number}`);
    element.classList.add("claim--editable");
    element.spellcheck = false;
    element.oninput = () => edited(check, claim, element);
    element.onclick = (event) => event.preventDefault();
    element.onkeydown = (event) => {
      if (event.key === "Escape") restore(check, claim, element);
      if (event.key === "Enter") event.preventDefault();
    };
  }
}

function stopEditing(check) {
  for (const claim of check.data.claims) {
    const element = check.elementOf(claim);
    if (!element) continue;
    restore(check, claim, element);
    for (const name of ["contenteditable", "role", "aria-label", "spellcheck"]) element.removeAttribute(name);
    element.classList.remove("claim--editable");
    if (element.nodeName === "A") element.setAttribute("href", `#claim-${claim.number}`);
    element.oninput = element.onclick = element.onkeydown = null;
  }
  check.kept.clear();
}

function restore(check, claim, element) {
  element.replaceChildren(...(check.kept.get(claim) ?? []).map((node) => node.cloneNode(true)));
  edited(check, claim, element);
}

function edited(check, claim, element) {
  const told = check.judged(claim), wrong = told.verdict !== "verified";
  element.classList.toggle("claim--wrong", wrong);
  element.classList.remove("claim--rechecked");
  element.toggleAttribute("aria-invalid", wrong);
  if (wrong) element.setAttribute("aria-invalid", "true");
  const id = `said_${claim.number}`;
  let said = byId(id);
  if (!wrong) {
    said?.remove();
    element.removeAttribute("aria-describedby");
    return;
  }
  if (!said) {
    said = document.createElement("span");
    said.id = id;
    said.className = "claim__said";
    said.setAttribute("role", "status");
    element.after(said);
  }
  element.setAttribute("aria-describedby", id);
  said.textContent = ` [${[told.message, told.hint].filter(Boolean).join("; ")}]`;
}

// --- a pack of the reader's own ---

async function checkPack(check, file, button) {
  const line = byId("recheck_pack");
  say(line, `Reading ${file.name} …`, true);
  try {
    const pack = await openPack(new Uint8Array(await file.arrayBuffer()));
    const aliases = Object.entries(check.data.packs).filter(([, known]) => known.digest === pack.digest);
    if (pack.changed.length) {
      say(line, `${file.name} was changed after it was sealed: ${pack.changed.join("; ")}`, false);
      return;
    }
    if (!aliases.length) {
      say(line, `${file.name} is whole, and it is no pack that this page stands on: its digest is ${pack.digest}`, false);
      return;
    }
    check.tables = { ...check.tables };
    for (const [alias] of aliases) check.tables[alias] = pack.tables();
    check.whole = true;
    const { results } = await checkPage(check, button);
    const held = results.filter((each) => each.holds).length;
    const files = plural(pack.files, "file");
    say(line, `${file.name} is the pack ${aliases[0][1].id}, ${files} as sealed: ${held} of ${plural(results.length, "claim")} hold against it.`,
      held === results.length);
  } catch (error) {
    say(line, `${file.name} cannot be read as a pack: ${error.message}`, false);
  }
}

function watchFiles(check, button) {
  const drop = byId("recheck_drop");
  byId("recheck_file").addEventListener("change", (event) => {
    if (event.target.files[0]) checkPack(check, event.target.files[0], button);
  });
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("recheck__drop--over");
    });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("recheck__drop--over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("recheck__drop--over");
    if (event.dataTransfer.files[0]) checkPack(check, event.dataTransfer.files[0], button);
  });
}

function start() {
  const box = byId("recheck_box"), data = byId("recheck_data");
  if (!box || !data) return;
  const check = new PageCheck(JSON.parse(data.textContent), box);
  const button = byId("recheck_run"), edit = byId("recheck_edit");
  button.addEventListener("click", () => checkPage(check, button));
  edit.addEventListener("click", () => {
    const on = edit.getAttribute("aria-pressed") !== "true";
    edit.setAttribute("aria-pressed", String(on));
    (on ? startEditing : stopEditing)(check);
    document.dispatchEvent(new CustomEvent("clawpub-editing", { detail: on }));
  });
  watchFiles(check, button);
  box.hidden = false;
}

start();
