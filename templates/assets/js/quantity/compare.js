// A literal of the prose against the value of its fact, in exact arithmetic: clawpub/quantity/compare.py has the rules.
//
// A value is null, true or false, a BigInt, a text ("23/30", "0.7667", "76.67%"), {number: "0.7667"} as it is stored,
// or {pair: [23n, 30n]}.

import {
  DECIMAL, FROM_BELOW, MAX_EXPONENT, MAX_TEXT, OVER, PAIR, SHARES, SURROUNDINGS, UNDER,
} from "./vocabulary.js";
import { fixed, plain, roundTo, spell, spellRange, spellRatio } from "./format.js";
import { Fraction, larger, smaller } from "./fraction.js";
import { scan } from "./scan.js";
import { clean } from "./tokens.js";

class Undecidable extends Error {
  constructor(rule, message) {
    super(message);
    this.rule = rule;
  }
}

const result = (verdict, rule, message = "", more = {}) =>
  ({ verdict, rule, message, suggestion: null, rounded: false, warning: false, ...more });

// Returns whether the literal says what the fact says. Several values are an array: the two ends of a range, or with
// `inside` the set that a range or bound speaks about.
export function compare(literal, value, { factUnit = null, n = null, inside = false, exact = false, storedDigits = null } = {}) {
  const several = Array.isArray(value), values = several ? value : [value];
  const read = (words) => values.map((each) => factOf(each, factUnit, storedDigits, words, n));
  const decide = (words) => {
    const facts = read(words);
    return several || inside
      ? overSeveral(words, facts, { inside, n, exact })
      : single(words, facts[0], { n, exact, inPercent: factUnit === "percent" });
  };
  let decided;
  try {
    decided = decide(literal);
  } catch (reason) {
    if (reason instanceof Undecidable) return result("undecidable", reason.rule, reason.message);
    throw reason;
  }
  if (!literal.plain) {
    const message = `${quoted(literal.text)} is not typed in plain digits, so a reader may see another number than was checked`;
    decided = result("refuted", "unreadable", message, { suggestion: decided.suggestion });
  }
  if (decided.verdict === "verified" && !decided.warning) return decided;
  return { ...decided, suggestion: firstTrue(literal, candidates(literal, read(literal), decided), decide) };
}

// Returns wordings to try, the shortest first: the author's form, then with more digits, then plain digits.
function candidates(literal, facts, decided) {
  if (decided.suggestion === null && literal.plain) return [];
  const first = [...(literal.plain ? [] : [clean(literal.text).text]), ...(decided.suggestion ? [decided.suggestion] : [])];
  if (["ratio", "range", "ordinal"].includes(literal.kind)) return first;
  const x = extreme(literal, facts).value;
  if (literal.bound) return [...first, ...[1, 2, 3].map((digits) => nearestBound(literal, x, digits))];
  const longer = literal.kind === "fraction" ? [] : [1, 2, 3].map((moreDigits) => spell(x, literal, { moreDigits }));
  const bare = ["number", "multiple"].includes(literal.kind) ? [plain(x)] : [];
  return [...first, ...longer, ...bare].filter((wording) => x.sign === 0 || /[1-9]|[a-z]{3}/.test(wording.toLowerCase()));
}

// Returns the first wording that, standing where the literal stands, is verified.
function firstTrue(literal, wordings, decide) {
  let [before, after] = SURROUNDINGS.get(literal.kind) ?? ["", " runs"];
  if (literal.kind === "change") after = ` ${literal.noun}`;
  const { hedge, bound, quantifier } = literal;
  for (const wording of wordings) {
    const found = scan(`${before}${wording}${after}`);
    if (wording === literal.text || found.length !== 1 || found[0].text !== wording || !found[0].plain) continue;
    const exact = (found[0].exact && !hedge && !bound) || quantifier === "exactly";
    try {
      if (decide({ ...found[0], hedge, bound, quantifier, exact }).verdict === "verified") return wording;
    } catch (reason) {
      if (!(reason instanceof Undecidable)) throw reason;
    }
  }
  return null;
}

// --- reading a fact ---

// A fact: its value; `pair`, k and n; `step`, the last stored digit; `declared`, whether that is what the column keeps;
// `counted`, whether it is a whole number by type: a count, which is no share of anything.
const fact = (value, pair = null, step = null, declared = false, counted = false) => ({ value, pair, step, declared, counted });
const bare = (shown) => (shown.pair ? `${shown.pair[0]}/${shown.pair[1]}` : plain(shown.value));

function factOf(value, factUnit, storedDigits, literal, n) {
  if (value === null || (typeof value === "string" && !value.trim())) {
    throw new Undecidable("missing", "the pack holds no value here; missing is not zero");
  }
  if (typeof value === "boolean") {
    throw new Undecidable("type", `the fact is ${value}, which says nothing about ${literal.text}`);
  }
  let read;
  if (typeof value === "bigint") read = fact(Fraction.of(value), null, null, false, factUnit === null && n === null);
  else if (typeof value === "string") read = textFact(value.trim());
  else if (value.pair) read = pairFact(...value.pair);
  else read = numberFact(value.number);
  if (storedDigits !== null && !read.pair) read = fact(read.value, null, new Fraction(1n).scaled(-storedDigits), true);
  if (factUnit === "percent") {
    if (read.pair) throw new Undecidable("type", `${bare(read)} is a ratio, not a number in percent`);
    read = fact(read.value.over(100), null, read.step?.over(100) ?? null, read.declared);
  }
  if (n !== null && !read.pair && literal.kind === "ratio" && read.value.isWhole) {
    read = pairFact(read.value.numerator, BigInt(n));
  }
  return read;
}

function pairFact(k, n) {
  if (n <= 0n) throw new Undecidable("missing", `${k}/${n} has no value: there is nothing to count`);
  return fact(new Fraction(k, n), [k, n]);
}

function textFact(text) {
  const pair = PAIR.exec(text);
  if (pair) return pairFact(...pair.slice(1).map((digits) => BigInt(clean(digits).text)));
  if (!text.endsWith("%")) return numberFact(text);
  const inner = numberFact(text.slice(0, -1).trim(), text);
  return fact(inner.value.over(100), null, inner.step?.over(100) ?? null);
}

// Reads a decimal as it is written; its last digit is what the pack stores.
function numberFact(text, shown = text) {
  if (text.length > MAX_TEXT || !DECIMAL.test(text) || !/^[\x00-\x7f]*$/.test(text)) {
    throw new Undecidable("type", `the fact is ${quoted([...shown].slice(0, MAX_TEXT).join(""))}, which is no number`);
  }
  const [mantissa, exponent = "0"] = text.toLowerCase().split("e");
  const places = Number(exponent) - (mantissa.split(".")[1] ?? "").length;
  if (Math.abs(places) > MAX_EXPONENT) {
    throw new Undecidable("type", `the fact is ${quoted(shown)}, out of the range that prose can print`);
  }
  return fact(Fraction.parse(text), null, places < 0 ? new Fraction(1n).scaled(places) : null);
}

// --- comparing ---

function single(literal, known, { n, exact, inPercent }) {
  if (literal.kind === "range") {
    throw new Undecidable("range", `${literal.text} has two ends: give two facts, or a set that lies inside`);
  }
  if (literal.kind === "ratio") return ratio(literal, known);
  if (known.pair && !wantsShare(literal)) {
    const message = `the fact is ${bare(known)}: ${literal.text} could be its numerator or its share; bind one of them`;
    throw new Undecidable("type", message);
  }
  if (known.counted && SHARES.includes(literal.kind)) {
    const message = `the fact is ${bare(known)}, a count; ${literal.text} is of a share: divide, as in 1.0 * a / b`;
    throw new Undecidable("type", message);
  }
  if (literal.bound) return bound(literal, [known]);
  const counted = literal.exact && (literal.form !== "digits" || known.value.isWhole);
  if (exact || literal.quantifier === "exactly" || counted) return exactly(literal, known);
  return literal.hedge ? hedged(literal, known) : point(literal, known, { n, inPercent });
}

function wantsShare(literal) {
  if (["percent", "fraction", "points", "change", "multiple"].includes(literal.kind)) return true;
  return literal.kind === "number" && literal.step.compare(1) < 0;
}

function exactly(literal, known) {
  if (literal.value.equals(known.value)) return result("verified", "exact");
  const message = `${literal.text} is exact, and the fact is ${shown(known, literal)}`;
  return result("refuted", "exact", message, { suggestion: suggest(literal, known) });
}

function ratio(literal, known) {
  if (!known.pair) {
    const how = "a k/n text, such as select passes || '/' || runs";
    throw new Undecidable("type", `the fact is ${bare(known)}: bind ${literal.text} to ${how}`);
  }
  const [k, n] = known.pair.map(Fraction.of);
  const suggestion = spellRatio(k, n, literal);
  const [above, below] = [literal.numerator, literal.denominator];
  const same = below.equals(n);
  if (literal.bound && same) return bound(literal, [fact(k)]);
  if (literal.hedge && same) return hedged(literal, fact(k));
  if (same && above.equals(k)) return result("verified", "ratio");
  const reduced = above.times(n).equals(below.times(k));
  const message = reduced
    ? `${literal.text} is ${plain(k)}/${plain(n)} reduced; a score keeps its denominator`
    : `${literal.text} does not hold: the fact is ${plain(k)}/${plain(n)}`;
  return result("refuted", "ratio", message, { suggestion });
}

function tolerance(literal) {
  const half = literal.step.over(2);
  if (literal.kind === "multiple") return ["multiple", smaller(half, literal.value.abs().over(20))];
  if (literal.kind === "fraction") return ["fraction", half];
  return [literal.kind === "change" ? "change" : "point", half];
}

function literalValue(literal) {
  const parts = literal.kind === "fraction" && literal.numerator !== null && literal.denominator?.sign;
  return parts ? literal.numerator.over(literal.denominator) : literal.value;
}

const totalOf = (known, n) => (n !== null ? BigInt(n) : known.pair ? known.pair[1] : null);

function point(literal, known, { n, inPercent }) {
  const v = literalValue(literal), x = known.value, { step } = literal;
  const [rule, allowed] = tolerance(literal);
  const suggestion = suggest(literal, known);
  const off = v.minus(x).abs();
  const finer = known.step !== null && step.compare(known.step) < 0 && off.compare(known.step) < 0;
  if ((rule === "point" || rule === "change") && finer && (!v.equals(x) || known.declared)) {
    const message = `${literal.text} has more digits than the pack stores: ${shown(known, literal)}`;
    return result("refuted", "excess", message, { suggestion: suggestion && stored(literal, known) });
  }
  if (off.compare(allowed) > 0) return wrong(literal, known, rule, { n, inPercent });
  const total = totalOf(known, n);
  if (literal.kind === "percent" && total !== null && !isShareOf(v, step, total)) {
    return result("refuted", "grim", `no count out of ${total} gives ${literal.text}`, { suggestion });
  }
  if (v.equals(x)) return result("verified", rule);
  return result("verified", rule, `true by rounding: the fact is ${shown(known, literal)}`, { rounded: true });
}

function wrong(literal, known, rule, { n, inPercent }) {
  const v = literalValue(literal), x = known.value, { step, kind } = literal;
  const is = shown(known, literal), total = totalOf(known, n);
  let suggestion = suggest(literal, known);
  if (rule === "point" && v.equals(roundTo(x, step, x.sign >= 0 ? "down" : "up"))) {
    return result("refuted", "truncated", `${literal.text} was cut off, not rounded: the fact is ${is}`, { suggestion });
  }
  if (kind === "percent" && total !== null && !isShareOf(v, step, total)) {
    return result("refuted", "grim", `no count out of ${total} gives ${literal.text}; the fact is ${is}`, { suggestion });
  }
  const close = (one, other, within) => one.minus(other).abs().compare(within) <= 0;
  let message = `${literal.text} does not hold: the fact is ${is}`;
  let hint = "";
  if (SHARES.includes(kind) && !inPercent && close(v.times(100), x, step.times(50)) && x.sign) {
    hint = "; if it is stored in percent, the ledger must say so";
  } else if (kind === "number" && literal.unit === null && close(v.over(100), x, step.over(200)) && x.sign) {
    hint = "; if the literal means percent, it must say so";
  } else if (kind === "change" && v.equals(x.negated())) {
    hint = "; more and fewer are the wrong way round";
  } else if (x.sign < 0 && close(v, x.negated(), step.over(2)) && /^[$€£¥]*\p{Nd}/u.test(literal.text)) {
    hint = "; where the words say that it is less than nothing (lost, fell), ask for it without its sign: -min(…)";
  }
  if (hint) [message, suggestion] = [message + hint, null];
  return result("refuted", rule, message, { suggestion });
}

// GRIM: whether some k/n rounds to v, both ends closed.
function isShareOf(v, step, n) {
  if (n <= 0n) return false;
  return v.plus(step.over(2)).times(n).floor() >= v.minus(step.over(2)).times(n).ceil();
}

function hedged(literal, known) {
  const v = literalValue(literal), x = known.value, size = x.abs();
  const allowed = smaller(larger(tolerance(literal)[1], size.over(20)), size.over(10));
  const side = otherSide(literal.hedge, x.compare(v));
  if (side) {
    const message = `${literal.hedge} ${literal.text} says that it lies ${side}: the fact is ${shown(known, literal)}`;
    return result("refuted", "hedge", message, { suggestion: suggest(literal, known) });
  }
  if (v.minus(x).abs().compare(allowed) <= 0) {
    if (v.equals(x)) return result("verified", "hedge");
    return result("verified", "hedge", `true by its hedge: the fact is ${shown(known, literal)}`, { rounded: true });
  }
  const message = `${literal.hedge} ${literal.text} does not hold: the fact is ${shown(known, literal)}`;
  return result("refuted", "hedge", message, { suggestion: suggest(literal, known) });
}

// Returns on which side of a number its hedge puts the fact, where the fact is not there; "" where all is well.
function otherSide(hedge, compared) {
  if ((FROM_BELOW.has(hedge) && compared > 0) || (UNDER.has(hedge) && compared >= 0)) return "below";
  return OVER.has(hedge) && compared <= 0 ? "above" : "";
}

// `facts` is the set that the bound speaks about; its extreme decides.
function bound(literal, facts) {
  const v = literalValue(literal), most = extreme(literal, facts), x = most.value;
  const side = x.compare(v);
  const holds = { ">=": side >= 0, ">": side > 0, "<=": side <= 0, "<": side < 0 }[literal.bound];
  const phrase = `${literal.bound} ${literal.text}`;
  if (!holds) {
    const message = `${phrase} does not hold: the fact is ${shown(most, literal)}`;
    return result("refuted", "bound", message, { suggestion: nearestBound(literal, x) });
  }
  const low = smaller(v.abs(), x.abs()), high = larger(v.abs(), x.abs());
  if (side !== 0 && low.times(2).compare(high) < 0) {
    const message = `${phrase} holds, but is slack by more than half: the fact is ${shown(most, literal)}`;
    return result("verified", "bound", message, { suggestion: nearestBound(literal, x), warning: true });
  }
  return result("verified", "bound");
}

const isLower = (literal) => literal.bound === ">=" || literal.bound === ">";

function extreme(literal, facts) {
  const better = isLower(literal) ? -1 : 1;
  return facts.reduce((best, each) => (each.value.compare(best.value) === better ? each : best));
}

function nearestBound(literal, x, moreDigits = 0) {
  const times = literal.kind === "multiple" && literal.form === "words";
  const step = times ? new Fraction(1n, 10n) : literal.step.scaled(-moreDigits);
  let nearest = roundTo(x, step, isLower(literal) ? "down" : "up");
  if (nearest.equals(x)) {
    if (literal.bound === ">") nearest = nearest.minus(step);
    else if (literal.bound === "<") nearest = nearest.plus(step);
  }
  if (literal.kind === "ratio") return spellRatio(nearest, literal.denominator, literal);
  return times ? `${plain(nearest)} times` : spell(nearest, literal, { moreDigits });
}

function overSeveral(literal, facts, { inside, n, exact }) {
  if (!facts.length) throw new Undecidable("missing", "the pack holds no value here; missing is not zero");
  if (literal.kind === "range") {
    if (literal.bound) {
      throw new Undecidable("range", `${literal.bound} and the range ${literal.text} together bound nothing`);
    }
    const counted = facts.map((each) => numerator(literal, each));
    return inside ? within(literal, counted) : bothEnds(literal, counted, { n, exact });
  }
  if (literal.bound) return bound(literal, facts.map((each) => numerator(literal, each)));
  throw new Undecidable("type", `${literal.text} is one number and the ledger gives ${facts.length}`);
}

// Against 24–27/30 a fact counts by its numerator, if its denominator is the same.
function numerator(literal, known) {
  const { kind, denominator } = literal.ends ? literal.ends[0] : literal;
  if (kind !== "ratio") {
    if (known.pair && kind === "number") {
      throw new Undecidable("type", `the fact is ${bare(known)}; bind its numerator or its share`);
    }
    return known;
  }
  if (!known.pair || !denominator.equals(known.pair[1])) {
    throw new Undecidable("type", `the fact is ${bare(known)}: it is not out of ${plain(denominator)}`);
  }
  return fact(Fraction.of(known.pair[0]));
}

function bothEnds(literal, facts, { n, exact }) {
  if (facts.length !== 2) {
    throw new Undecidable("range", `${literal.text} has two ends and the ledger gives ${facts.length}`);
  }
  const results = literal.ends.map((end, place) =>
    literal.hedge ? hedged({ ...end, hedge: literal.hedge }, facts[place]) : single(counted(end), facts[place], { n, exact, inPercent: false }));
  const off = results.filter((each) => each.verdict !== "verified");
  const joined = (some) => some.map((each) => each.message).filter(Boolean).join("; ");
  if (!off.length) return result("verified", "range", joined(results), { rounded: results.some((each) => each.rounded) });
  const [one, other] = facts.map((each) => each.value);
  return result("refuted", "range", joined(off), { suggestion: spellRange(smaller(one, other), larger(one, other), literal) });
}

// An end of 24–27/30 as a count, since its fact is one by now.
function counted(end) {
  if (end.kind !== "ratio") return end;
  return {
    ...end, kind: "number", step: new Fraction(1n), unit: null, noun: null, form: "digits", hedge: null, bound: null,
    quantifier: null, exact: true, numerator: null, denominator: null, ends: null, plain: true,
  };
}

function within(literal, facts) {
  let [low, high] = literal.ends.map((end) => end.value);
  if (literal.hedge) [low, high] = [low.minus(low.abs().over(20)), high.plus(high.abs().over(20))];
  const values = facts.map((each) => each.value);
  const least = values.reduce(smaller), most = values.reduce(larger);
  if (low.compare(least) <= 0 && most.compare(high) <= 0) return result("verified", "range");
  const [end] = literal.ends;
  const message = `not all values lie within ${literal.text}: they run from ${shown(fact(least), end)} to ${shown(fact(most), end)}`;
  return result("refuted", "range", message, { suggestion: spellRange(least, most, literal, true) });
}

// --- wording ---

// The true value as a reader of the literal would read it: 0.7333 beside a percentage is 73.33%.
function shown(known, literal) {
  if (literal.kind === "percent" || literal.kind === "change") {
    const percent = `${plain(known.value.times(100))}%`;
    return known.pair ? `${bare(known)} (${percent})` : percent;
  }
  if (literal.kind === "points") return `${plain(known.value.times(100))} points`;
  if (literal.kind === "money") return `${/^[$€£¥]/.exec(literal.text)?.[0] ?? ""}${plain(known.value)}`;
  return bare(known);
}

function suggest(literal, known) {
  if (literal.kind === "change" && known.value.sign < 0 !== literal.value.sign < 0) return null;
  return spell(known.value, literal);
}

// The wording with the digits that the pack stores: 76.67% for 76.666667%.
function stored(literal, known) {
  if (literal.form !== "digits" || known.step === null) return suggest(literal, known);
  const factor = SHARES.includes(literal.kind) ? 100 : 1;
  let places = 0;
  while (known.step.times(factor).scaled(places).compare(1) < 0) places += 1;
  const value = known.value.times(factor);
  const body = places < 12 ? fixed(roundTo(value, new Fraction(1n).scaled(-places)), places) : plain(value);
  return literal.text.replace(literal.number, () => body);
}

// Returns a text as Python's repr() quotes it, for messages that are the same in both.
export function quoted(text) {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = "";
  for (const char of text) {
    if (char === mark || char === "\\") out += `\\${char}`;
    else if (char === "\n") out += "\\n";
    else if (char === "\t") out += "\\t";
    else if (char === "\r") out += "\\r";
    else if (char !== " " && /[\p{C}\p{Z}]/u.test(char)) out += escape(char.codePointAt(0));
    else out += char;
  }
  return mark + out + mark;
}

function escape(code) {
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
