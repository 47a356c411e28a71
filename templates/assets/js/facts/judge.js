// What a claim's facts say about its words, as generator/facts.py decides it before a page is built.

import { compare, quoted } from "../quantity/compare.js";
import { apart } from "../quantity/pieces.js";
import { scan } from "../quantity/scan.js";
import { isQuery } from "./cells.js";
import { cellText, spelled } from "./values.js";

const WORST = { verified: 0, undecidable: 1, refuted: 2 };
const outcome = (verdict, rule, message, hint = "") => ({ verdict, rule, message, hint });

// Returns verdict, rule, message and hint. `text` is the whole block, [start, end] the span in it, `skip` where its own
// words begin; `words` is the span as a reader sees it; `values` are those of `is`, `holds` is a value or undefined,
// `set` the values of `inside`.
export function judge({ text, span, skip, words, names, entry, values, holds, set }) {
  const [start, end] = span;
  const found = scan(text, names).filter((each) => each.start >= skip).flatMap((each) => apart(each, span));
  const inside = found.filter((each) => start <= each.outerStart && each.outerEnd <= end);
  const cut = found.find((each) => each.outerStart < end && start < each.outerEnd && !inside.includes(each));
  if (cut) {
    const whole = text.slice(cut.outerStart, cut.outerEnd);
    return outcome("undecidable", "cut", `the words around it belong to the number: ${quoted(whole)}`);
  }
  const outcomes = entry.is ? compared(entry, words, inside, values) : [];
  if (entry.inside) outcomes.push(inSet(inside, set, entry));
  if (entry.holds) outcomes.push(held(entry.holds, holds));
  if (!entry.is && !entry.inside && inside.length) {
    outcomes.push(outcome("undecidable", "unbound", `no fact was given for ${quoted(inside[0].text)}`));
  }
  return worstOf(outcomes);
}

// Returns what becomes of a value that the build printed itself.
export function judgePrinted(words, value) {
  if (value === null) return outcome("undecidable", "missing", "the pack holds no value here");
  const told = compareWords(words, value);
  return told.verdict === "verified" ? outcome("verified", "value", "printed from the pack") : told;
}

function worstOf(outcomes) {
  const worst = outcomes.reduce((one, other) => (WORST[other.verdict] > WORST[one.verdict] ? other : one));
  const alike = outcomes.filter((each) => each.verdict === worst.verdict);
  const joined = (name) => [...new Set(alike.map((each) => each[name]).filter(Boolean))].join("; ");
  return { ...worst, message: joined("message"), hint: joined("hint") };
}

function compared(entry, words, quantities, values) {
  const pairs = pairUp(quantities, values);
  const quoted = values.length === 1 && (!quantities.length || values[0] === words);
  if (!pairs.length && !quoted) {
    const several = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
    const message = `${several(quantities.length, "number")} here, and ${several(values.length, "fact")} to compare with`;
    return [outcome("undecidable", "wrong-arity", message)];
  }
  const numbers = pairs.map(([quantity, some]) => {
    const told = compare(quantity, some.length > 1 ? some : some[0], { factUnit: entry.unit ?? null });
    return toldOf(told, quantity, some.map(cellText).join(" and "));
  });
  if (values.length === 1 && (!numbers.length || (numbers[0].verdict !== "verified" && values[0] === words))) {
    return [compareWords(words, values[0])];
  }
  return numbers;
}

// Returns each quantity with its values, in order: one each, or two for a range, or for k/n its k and its n; [] where
// the numbers do not fit.
function pairUp(quantities, values) {
  if (quantities.length === values.length) return quantities.map((quantity, place) => [quantity, [values[place]]]);
  for (const ratios of [false, true]) {
    const widths = quantities.map((each) => (each.ends || (ratios && each.kind === "ratio") ? 2 : 1));
    if (values.length !== widths.reduce((one, other) => one + other, 0)) continue;
    const rest = [...values];
    return withRatios(quantities.map((quantity, place) => [quantity, rest.splice(0, widths[place])]));
  }
  return [];
}

function withRatios(pairs) {
  const made = [];
  for (const [quantity, values] of pairs) {
    if (quantity.kind !== "ratio" || values.length !== 2) made.push([quantity, values]);
    else if (values.some((value) => typeof value !== "bigint")) return [];
    else made.push([quantity, [`${values[0]}/${values[1]}`]]);
  }
  return made;
}

function inSet(quantities, set, entry) {
  if (quantities.length !== 1 || !(quantities[0].ends || quantities[0].bound)) {
    return outcome("undecidable", "wrong-arity", "one range or bound is expected here");
  }
  const told = compare(quantities[0], set, { factUnit: entry.unit ?? null, inside: true });
  return toldOf(told, quantities[0], `${set.length} value${set.length === 1 ? "" : "s"}`);
}

function toldOf(told, quantity, shown) {
  if (told.verdict === "verified") return outcome("verified", told.rule, told.message || `${quantity.text} against ${shown}`);
  let message = told.message || `the pack says ${shown}`;
  if (told.verdict === "refuted" && !message.includes(shown)) message = `${message} (the pack says ${shown})`;
  return outcome(told.verdict, told.rule, message, told.suggestion ? `write ${told.suggestion}` : "");
}

function compareWords(words, value) {
  if (value === null) return outcome("undecidable", "missing", "the pack holds no value here");
  const text = spelled(value).normalize("NFC").split(/\s+/).filter(Boolean).join(" ");
  if (words.normalize("NFC") === text) return outcome("verified", "words", "the words of the pack");
  return outcome("refuted", "words", `the pack says ${typeof value === "string" ? quoted(text) : text}`, `write ${text}`);
}

function held(query, value) {
  if (value === true || value === 1n) return outcome("verified", "holds", "the pack says that it holds");
  if (value === false || value === 0n) return outcome("refuted", "holds", "the pack says that it does not hold");
  if (value === null) return outcome("undecidable", "holds", "the pack does not hold what it asks for");
  if (value?.number !== undefined && Number(value.number) === 1) return outcome("verified", "holds", "the pack says that it holds");
  return outcome("undecidable", "holds", `${isQuery(query) ? "the query" : "the cell"} gives ${cellText(value)}, expected 1 or 0`);
}
