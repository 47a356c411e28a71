// The words around a number that change what it claims: hedges, bounds, quantifiers.

import {
  AUXILIARIES, BARELY, BOUNDS, BOUNDS_AFTER, CLAUSES, CLAUSE_SIGNS, FRONTED, FUNCTION, HEDGES, HYPHENATED, NEGATIONS,
  NOBODY, OPPOSITE, OVER_AFTER, QUANTIFIERS, TENS, UNITS,
} from "./vocabulary.js";

const AFTER_STARTS = new Set([...BOUNDS_AFTER.keys()].map((phrase) => phrase.split(" ")[0]));
const PHRASES = new Set([...BOUNDS.keys(), ...HEDGES, ...QUANTIFIERS.keys()]);
const PHRASE_ENDS = new Set([...PHRASES].map((phrase) => phrase.split(" ").at(-1)));

// Reads hedges, bounds and quantifiers leftwards from the core, then the bound that may follow it. Nothing before token
// `floor` belongs to it, but that the negation of a bound may begin at `negations`.
export function outer(stream, part, floor, negations) {
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
      const negation = negationBefore(stream, first);
      bound = bound || (negation >= 0 ? OPPOSITE.get(BOUNDS.get(phrase)) : BOUNDS.get(phrase));
      if (negation >= negations) first = negation;
    } else if (HEDGES.has(phrase)) hedge = hedge || phrase;
    else quantifier = quantifier || QUANTIFIERS.get(phrase);
    start = stream.tokens[first].start;
    j = first - 1;
  }
  if (part.unit === "ordinal" && !hedge && (bound === ">" || bound === "<")) bound = null;
  let [behind, last, ending] = boundAfter(stream, part);
  if (behind && !bound) {
    const negation = negationBefore(stream, part.first);
    bound = negation >= 0 ? OPPOSITE.get(behind) : behind;
    if (negation >= negations) start = Math.min(start, stream.tokens[negation].start);
  }
  if (part.kind === "change" && !last) last = part.after;
  if (last) end = stream.tokens[last].end;
  return { start, end, hedge: hedge || ending, bound, quantifier };
}

// Returns the bound behind a number, or else the hedge there, with the token that it ends at: `7 or more`, `7-ish`.
function boundAfter(stream, part) {
  let k = part.after;
  const plus = stream.sym(k) === "+" && stream.glued(k);
  if (plus && !(stream.glued(k + 1) && stream.tokens[k + 1].kind === "num")) return [">=", k, null];
  for (; k < part.after + 3; k++) {
    const hyphen = stream.sym(k) === "-" && stream.glued(k);
    if (hyphen && stream.low(k + 1) === "ish") return [null, k + 1, "ish"];
    const phrase = AFTER_STARTS.has(stream.low(k)) ? `${stream.low(k)} ${stream.low(k + 1)}` : "";
    if (BOUNDS_AFTER.has(phrase) && !beginsNumber(stream, k + 2)) return [BOUNDS_AFTER.get(phrase), k + 1, null];
    if (phrase === "or so") return [null, k + 1, phrase];
    if (stream.tokens[k].kind !== "word" && !hyphen) break;
  }
  return [null, 0, null];
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

// Returns where the negation stands that turns round what begins at a token, -1 where there is none: `never exceeded 7`,
// `no longer than 7`, `none of them took more than 7`.
function negationBefore(stream, bound) {
  if (stream.low(bound - 1) === "no") return bound - 1;
  const near = negatedVerb(stream, bound);
  return near >= 0 ? near : negativeSubject(stream, bound);
}

// `did not take more than 7`: one verb may stand between, with its auxiliaries and "at any time".
function negatedVerb(stream, bound) {
  let verbs = 0, j = bound - 1;
  while (j >= Math.max(bound - 9, 0)) {
    const low = stream.low(j);
    if (NEGATIONS.has(low)) return j;
    const apostrophe = stream.sym(j - 1) === "'" || stream.sym(j - 1) === "’";
    if (low === "t" && apostrophe && stream.low(j - 2).endsWith("n")) return j - 2;
    if (stream.low(j - 1) === "any" && FRONTED.has(stream.low(j - 2))) {
      j -= 3;
      continue;
    }
    verbs += !AUXILIARIES.has(low);
    if (!low || verbs > 1 || (FUNCTION.has(low) && !AUXILIARIES.has(low))) return -1;
    j -= 1;
  }
  return -1;
}

// `nobody`, `none of the runs`, `no run`, `not one`, `hardly any`: what begins the clause of a bound.
function negativeSubject(stream, bound) {
  let nor = -1;
  for (let j = bound - 1; j >= Math.max(bound - 16, 0); j--) {
    const token = stream.tokens[j], low = stream.low(j);
    if (token.kind === "sym" && CLAUSE_SIGNS.has(token.text[0])) break;
    if (CLAUSES.has(low) && stream.low(j - 1) !== "of") break;
    if (low === "nor") nor = j;
    const first = negator(stream, j, bound);
    if (first >= 0) return first;
  }
  return nor;
}

// Returns where the negation begins whose last word stands at j; -1 where none does.
function negator(stream, j, bound) {
  const low = stream.low(j), before = stream.low(j - 1);
  if (NOBODY.has(low) || (low === "no" && fronted(stream, j, bound))) return j;
  if (low === "one" && before === "no") return j - 1;
  if (["any", "ever"].includes(low) && BARELY.has(before)) return j - 1;
  if (["one", "once", "any", "single"].includes(low) && ["not", "even", "a"].includes(before)) {
    for (let k = j - 1; k > j - 4; k--) {
      if (stream.low(k) === "not") return k;
      if (!["even", "a"].includes(stream.low(k))) break;
    }
  }
  return -1;
}

// Whether the "no" at j begins its clause, follows "there was", or stands right by the bound: `saw no run above 7`.
function fronted(stream, j, bound) {
  const before = stream.low(j - 1), further = stream.low(j - 2);
  if (stream.startsClause(j) || CLAUSES.has(before)) return true;
  if (FRONTED.has(before) && (stream.startsClause(j - 1) || CLAUSES.has(further))) return true;
  if (["was", "were", "is", "are"].includes(before) && further === "there") return true;
  for (let k = j + 1; k < bound; k++) if (!stream.low(k) || FUNCTION.has(stream.low(k))) return false;
  return true;
}

function plausible(stream, phrase, index) {
  const before = stream.low(index - 1);
  if (phrase === "over") return stream.startsClause(index) || OVER_AFTER.has(before) || NEGATIONS.has(before);
  if (phrase === "some") return !["in", "for", "to"].includes(before);
  return !["add", "adds", "adding", "sum", "sums", "come", "comes", "added"].includes(before);
}
