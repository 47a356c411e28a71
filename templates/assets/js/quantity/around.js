// The words around a number that change what it claims: hedges, bounds, quantifiers.

import {
  AUXILIARIES, BOUNDS, BOUNDS_AFTER, FUNCTION, HEDGES, HYPHENATED, NEGATIONS, OPPOSITE, OVER_AFTER, QUANTIFIERS, TENS,
  UNITS,
} from "./vocabulary.js";

const AFTER_STARTS = new Set([...BOUNDS_AFTER.keys()].map((phrase) => phrase.split(" ")[0]));
const PHRASES = new Set([...BOUNDS.keys(), ...HEDGES, ...QUANTIFIERS.keys()]);
const PHRASE_ENDS = new Set([...PHRASES].map((phrase) => phrase.split(" ").at(-1)));

// Reads hedges, bounds and quantifiers leftwards from the core, then the bound that may follow it.
export function outer(stream, part, floor) {
  let { start, end } = part;
  let j = part.first - 1;
  let hedge = null, bound = null, quantifier = null;
  if (part.kind === "range" && stream.low(j) === "between") {
    start = stream.tokens[j].start;
    j -= 1;
  }
  for (let round = 0; round < 3; round++) {
    let [phrase, first] = phraseBefore(stream, j, floor);
    if (!phrase) break;
    if (BOUNDS.has(phrase)) {
      const negation = negationBefore(stream, first, floor);
      const meant = negation >= 0 ? OPPOSITE.get(BOUNDS.get(phrase)) : BOUNDS.get(phrase);
      bound = bound || meant;
      if (negation >= 0) first = negation;
    } else if (HEDGES.has(phrase)) hedge = hedge || phrase;
    else quantifier = quantifier || QUANTIFIERS.get(phrase);
    start = stream.tokens[first].start;
    j = first - 1;
  }
  if (part.unit === "ordinal" && !hedge && (bound === ">" || bound === "<")) bound = null;
  let k = part.after;
  const plus = stream.sym(k) === "+" && stream.glued(k);
  if (plus && !(stream.glued(k + 1) && stream.tokens[k + 1].kind === "num")) {
    return { start, end: stream.tokens[k].end, hedge, bound: bound || ">=", quantifier };
  }
  for (k = part.after; k < part.after + 3; k++) {
    if (stream.sym(k) === "-" && stream.glued(k) && stream.low(k + 1) === "ish") {
      return { start, end: stream.tokens[k + 1].end, hedge: hedge || "ish", bound, quantifier };
    }
    const phrase = AFTER_STARTS.has(stream.low(k)) ? `${stream.low(k)} ${stream.low(k + 1)}` : "";
    if (BOUNDS_AFTER.has(phrase) && !beginsNumber(stream, k + 2)) {
      return { start, end: stream.tokens[k + 1].end, hedge, bound: bound || BOUNDS_AFTER.get(phrase), quantifier };
    }
    if (phrase === "or so") return { start, end: stream.tokens[k + 1].end, hedge: hedge || phrase, bound, quantifier };
    if (stream.tokens[k].kind !== "word" && !(stream.sym(k) === "-" && stream.glued(k))) break;
  }
  if (part.kind === "change") end = stream.tokens[part.after].end;
  return { start, end, hedge, bound, quantifier };
}

function beginsNumber(stream, index) {
  const token = stream.tokens[index];
  const low = token.low;
  return token.kind === "num" || UNITS.has(low) || TENS.has(low) || ["a", "an", "half", "twice"].includes(low);
}

// Returns the longest known phrase that ends at token j, and where it starts; ["", j] when there is none.
function phraseBefore(stream, j, floor) {
  if (j < floor) return ["", j];
  const token = stream.tokens[j];
  if (token.kind === "sym") return symbolBefore(stream, j, token.text);
  if (token.kind !== "word" || !PHRASE_ENDS.has(token.low)) return ["", j];
  let phrase = "", best = ["", j];
  for (let k = j; k >= Math.max(floor, j - 4, 0); k--) {
    const word = stream.tokens[k];
    if (word.kind !== "word" || (k < j && word.end === stream.tokens[k + 1].start)) break;
    phrase = phrase ? `${word.low} ${phrase}` : word.low;
    if (PHRASES.has(phrase)) best = [phrase, k];
  }
  if (["over", "up to", "some"].includes(best[0]) && !plausible(stream, ...best)) return ["", j];
  return best;
}

function symbolBefore(stream, j, symbol) {
  if (BOUNDS.has(symbol) || HEDGES.has(symbol)) return [symbol, j];
  if ((symbol === "-" || symbol === "‑") && stream.glued(j) && stream.glued(j + 1) && HYPHENATED.has(stream.low(j - 1))) {
    return [stream.low(j - 1), j - 1];
  }
  return symbol === "." && stream.low(j - 1) === "approx" ? ["approx", j - 1] : ["", j];
}

// Returns where the negation stands that turns a bound round, -1 where there is none: `never exceeded 7`.
function negationBefore(stream, bound, floor) {
  if (stream.low(bound - 1) === "no" && bound > floor) return bound - 1;
  let verbs = 0;
  for (let j = bound - 1; j >= Math.max(floor, bound - 6, 0); j--) {
    const low = stream.low(j);
    if (NEGATIONS.has(low)) return j;
    const apostrophe = stream.sym(j - 1) === "'" || stream.sym(j - 1) === "’";
    if (low === "t" && apostrophe && stream.low(j - 2).endsWith("n") && j - 2 >= floor) return j - 2;
    verbs += !AUXILIARIES.has(low);
    if (!low || verbs > 1 || (FUNCTION.has(low) && !AUXILIARIES.has(low))) break;
  }
  return -1;
}

function plausible(stream, phrase, index) {
  const before = stream.low(index - 1);
  if (phrase === "over") return stream.startsClause(index) || OVER_AFTER.has(before) || NEGATIONS.has(before);
  if (phrase === "some") return !["in", "for", "to"].includes(before);
  return !["add", "adds", "adding", "sum", "sums", "come", "comes", "added"].includes(before);
}
