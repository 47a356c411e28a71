// Every quantity of a text, with its place. clawpub/quantity/scan.py holds the grammar; this is its second reading.

import {
  AFTER_DOUBLE, AFTER_HALF, AFTER_ONE, AFTER_TIMES, BEFORE_CLOCK, BEFORE_HALF, BEFORE_ONE, CLAUSES, COMPOUNDS, COUNTED,
  CURRENCIES, FUNCTION, GLYPHS, MULTIPLES, MULTIPLE_ADJECTIVES, NOT_AFTER_NO, NOT_AFTER_ONE, NOT_BEFORE_ONE, ODD, PARTS,
  PARTS_PLURAL, RANKED, SCALES, SHARED, SIGNS, SMALL_ORDINALS, SPACED_COMPOUNDS, SPANS, TENS, TYPOGRAPHY, UNITS,
} from "./vocabulary.js";
import { outer } from "./around.js";
import { Fraction } from "./fraction.js";
import { isName } from "./names.js";
import { HUNDREDTH, Numbers, ONE, ZERO } from "./numbers.js";
import { PART, countable } from "./parts.js";
import { clean, tokens } from "./tokens.js";

// Returns every quantity of `text` in order; `names` (models, tasks) are never taken apart.
export function scan(text, names = []) {
  const cleaned = clean(text);
  const parser = new Parser(cleaned.text, tokens(cleaned.text, names));
  return parser.parts().map(([part, around]) => place(text, cleaned, part, around));
}

function place(source, cleaned, part, around) {
  const { where, ends, bidi } = cleaned;
  const start = where[part.start];
  let end = ends[part.end];
  if (where[part.end] > end && part.end) end = where[part.end];
  const text = source.slice(start, end);
  const { bound, hedge } = around;
  return {
    text, start, end,
    kind: part.kind, number: part.number, value: part.value, step: part.step, unit: part.unit, noun: part.noun,
    form: part.form, hedge, bound, quantifier: around.quantifier || part.quantifier,
    exact: (part.exact && !hedge && !bound) || around.quantifier === "exactly",
    numerator: part.numerator, denominator: part.denominator,
    ends: part.ends?.map((each) => place(source, cleaned, each, { ...NOTHING_AROUND, start: each.start, end: each.end }))
      ?? null,
    plain: !(part.odd || bidi) && [...text].every((char) => char < "\x80" || TYPOGRAPHY.has(char)),
    outerStart: Math.min(start, where[around.start]),
    outerEnd: Math.max(end, ends[around.end]),
  };
}

const NOTHING_AROUND = { hedge: null, bound: null, quantifier: null };
const isNumberWord = (low) => UNITS.has(low) || TENS.has(low);
const isHyphen = (symbol) => symbol === "-" || symbol === "‑";

class Parser extends Numbers {
  parts() {
    const found = [];
    let index = 0, floor = 0, held = null;
    while (index < this.count) {
      let part = this.core(index);
      if (part === null) {
        index += 1;
        continue;
      }
      if (["minus", "negative"].includes(this.low(part.first - 1))) part = { ...part, odd: true };
      if (!isName(this, part)) {
        const around = outer(this, part, floor, held ? held[0].first : floor);
        if (held && around.start > held[0].start) found.push(held);
        held = part.quantifier === "no" ? [part, around] : null;
        if (!held) found.push([part, around]);
        floor = part.after;
      }
      index = Math.max(part.after, index + 1);
    }
    return held ? [...found, held] : found;
  }

  core(index) {
    const token = this.tokens[index];
    if (token.kind === "word") {
      if (COMPOUNDS.has(token.low) && this.compound(index)) return null;
      const handler = SPECIAL.get(token.low);
      if (handler) {
        const part = this[handler](index);
        if (part !== null) return part;
      } else if (!isNumberWord(token.low) && !token.low.endsWith("fold")) return null;
    } else if (token.kind === "sym") {
      if (!OPENERS.has(token.text[0])) return null;
    } else if (token.kind === "skip") return this.skipped(index);
    else if (token.kind !== "num") return null;
    const operand = this.operand(index);
    if (operand === null) return null;
    const share = this.share(operand);
    if (share !== null) return share;
    if (operand.form === "words" && operand.number.toLowerCase() === "one" && operand.kind === "number") {
      const ranged = this.ranged(operand);
      if (ranged !== operand) return ranged;
      return this.oneCounts(operand) ? operand : null;
    }
    return this.ranged(operand);
  }

  // A time or a hexadecimal number that says how much: `scored 22:30`, `0x1D runs`. Nobody need read it right.
  skipped(index) {
    const { text, start, end } = this.tokens[index];
    const clock = text.at(-3) === ":" && BEFORE_CLOCK.has(this.low(index - 1));
    const hexadecimal = text.startsWith("0x") && COUNTED.has(this.low(index + 1));
    if (!clock && !hexadecimal) return null;
    return { ...PART, first: index, after: index + 1, start, end, number: text, value: ZERO, step: ONE, odd: true, exact: true };
  }

  // `four in ten`, `one run in seven`: a share to the nearest k in n, and one in n to the nearest n.
  share(above) {
    let j = above.after, noun = this.low(j);
    const one = above.value.equals(1), spelled = above.form === "words";
    if (noun && spelled && one && !FUNCTION.has(noun) && this.low(j + 1) === "in") j += 1;
    else noun = "";
    if (this.low(j) !== "in" || !countable(above) || above.odd || isName(this, above)) return null;
    const below = this.single(j + 1);
    if (below === null || !countable(below) || below.odd || SPANS.has(below.noun)) return null;
    if (isHyphen(this.sym(below.after)) && this.glued(below.after)) return null;
    const n = below.value, whole = n.isWhole && above.value.isWhole;
    if (!whole || above.value.compare(1) < 0 || above.value.compare(n) >= 0 || n.compare(100) > 0) return null;
    if ((noun && COUNTED.has(below.noun)) || (above.form === "digits" && !one && !SHARED.has(Number(n.numerator)))) return null;
    const wide = one ? Fraction.of(10000).over(n.times(n)).floor() : Math.min(Number(Fraction.of(10000).over(n).floor()), 1000);
    return {
      ...above, after: below.after, end: below.end, value: above.value.over(n), step: Fraction.of(wide).scaled(-4),
      kind: "fraction", form: "words", noun: below.noun || noun || null, exact: false, numerator: above.value, denominator: n,
    };
  }

  // --- words that count only sometimes ---

  oneCounts(part) {
    const before = this.low(part.first - 1), after = this.low(part.after);
    if (NOT_BEFORE_ONE.has(before) || ["'", "’"].includes(this.sym(part.after))) return false;
    if (isHyphen(this.sym(part.after)) && this.glued(part.after)) return this.glued(part.after + 1);
    if (AFTER_ONE.has(after) && after !== "of") return after !== "in" || this.single(part.after + 1) !== null;
    if (after === "or") {
      return ["more", "fewer", "less"].includes(this.low(part.after + 1)) || this.single(part.after + 1) !== null;
    }
    if (!after) {
      const { kind } = this.tokens[part.after];
      return kind === "name" || (BEFORE_ONE.has(before) && kind === "sym");
    }
    if (FUNCTION.has(after) || NOT_AFTER_ONE.has(after) || (before === "at" && after === "point")) return false;
    if (this.succession(part.after)) return false;
    if (/(?:ed|ing)$/.test(after) || ["ran", "made", "took", "won", "lost", "fell", "gave"].includes(after)) {
      return COUNTED.has(this.low(part.after + 1));
    }
    return true;
  }

  // Whether "to the next" or "after another" follows: `from one release to the next`.
  succession(index) {
    for (let j = index; j < index + 4 && this.low(j); j++) {
      if (!["to", "after", "by"].includes(this.low(j))) continue;
      const next = this.low(j + 1) === "the" && ["next", "other"].includes(this.low(j + 2));
      return next || this.low(j + 1) === "another";
    }
    return false;
  }

  // Whether the word opens a term that counts nothing: zero-shot, two-sided, second half.
  compound(index) {
    const low = this.low(index);
    if (this.glued(index + 1)) return isHyphen(this.sym(index + 1)) && COMPOUNDS.get(low).has(this.low(index + 2));
    return SPACED_COMPOUNDS.get(low)?.has(this.low(index + 1)) ?? false;
  }

  no(index) {
    if (NOT_AFTER_NO.has(this.low(index + 1)) || this.glued(index + 1)) return null;
    for (let j = index + 1; j < index + 5; j++) {
      const token = this.tokens[j];
      const underscored = this.text.slice(token.start, token.end + 1).includes("_");
      if (token.kind === "name" || token.kind === "skip" || underscored) return this.nothing(index);
      if (token.kind === "sym" && isHyphen(token.text)) continue;
      const low = this.low(j);
      if (!low || FUNCTION.has(low) || isNumberWord(low)) return null;
      if (COUNTED.has(low) || (low.endsWith("s") && !/(?:ss|us|is)$/.test(low))) return this.nothing(index);
    }
    return null;
  }

  nothing(index) {
    return this.wordPart(index, index + 1, ZERO, { quantifier: "no" });
  }

  // `Not one run`, `not a single run`, where a clause begins.
  notOne(index) {
    if (!this.startsClause(index) && !CLAUSES.has(this.low(index - 1))) return null;
    const single = this.low(index + 1) === "a" && this.low(index + 2) === "single";
    const other = this.low(index + 1) !== "one" || ["but", "or", "and", ""].includes(this.low(index + 2));
    if (!single && other) return null;
    return this.wordPart(index, single ? index + 3 : index + 2, ZERO, { quantifier: "no" });
  }

  none(index) {
    const stands = ["the", "other", "too"].includes(this.low(index + 1)) || this.low(index - 1) === "to";
    return stands ? null : this.nothing(index);
  }

  both(index) {
    return this.wordPart(index, index + 1, Fraction.of(2), { quantifier: "both" });
  }

  half(index) {
    const after = this.low(index + 1), before = this.low(index - 1);
    if (isHyphen(this.sym(index + 1)) && this.glued(index + 1)) {
      if (this.low(index + 2) !== "a") return null;
      return this.halfA(index, isHyphen(this.sym(index + 3)) ? index + 4 : index + 3);
    }
    if (after === "a" || after === "an") return this.halfA(index, index + 2);
    if (/^(?:first|second|other|latter|top|bottom|upper|lower|last|final)$/.test(before)) return null;
    const counts = AFTER_HALF.has(after) || BEFORE_HALF.has(before) || after.endsWith("ed");
    return counts ? this.fractionPart(index, index + 1, 1, 2) : null;
  }

  halfA(index, j) {
    const low = this.low(j);
    if (low === "dozen") return this.wordPart(index, j + 1, Fraction.of(6));
    if (SCALES.has(low)) {
      const power = SCALES.get(low), step = ONE.scaled(power - 1);
      return this.wordPart(index, j + 1, step.times(5), { exact: false, step, power });
    }
    return low ? { ...this.fractionPart(index, index + 1, 1, 2), noun: low } : null;
  }

  fractionPart(first, after, above, below) {
    const [numerator, denominator] = [Fraction.of(above), Fraction.of(below)];
    return this.wordPart(first, after, numerator.over(denominator), {
      kind: "fraction", exact: false, step: HUNDREDTH, numerator, denominator, odd: this.ofPercent(after),
    });
  }

  // Whether "half" is followed by "a percent", "of one percentage point": nobody need read that right.
  ofPercent(index) {
    const j = this.low(index) === "of" ? index + 1 : index;
    return ["a", "an", "one"].includes(this.low(j)) && ["percent", "percentage", "point", "per"].includes(this.low(j + 1));
  }

  // `two-thirds`, `three quarters`, `one third`, `a third of`.
  fraction(index) {
    const low = this.low(index);
    const hyphen = isHyphen(this.sym(index + 1)) && this.glued(index + 1) && this.glued(index + 2);
    const j = hyphen ? index + 2 : index + 1;
    const part = this.low(j), after = this.low(j + 1);
    if (["a", "an", "one"].includes(low)) {
      const below = PARTS.get(part);
      if (below === undefined || (part === "half" && !(after === "of" || low === "one"))) return null;
      const ends = this.tokens[j + 1].kind === "sym" && !this.glued(j + 2);
      const counts = hyphen || ["of", "as", "the"].includes(after) || AFTER_TIMES.has(after) || ends;
      return counts ? this.fractionPart(index, j + 1, 1, below) : null;
    }
    const below = PARTS_PLURAL.get(part);
    return below === undefined || !UNITS.has(low) ? null : this.fractionPart(index, j + 1, UNITS.get(low), below);
  }

  // `a third of`, `a dozen`, `a single run`, `a couple of`, `a pair of`.
  article(index) {
    const following = this.low(index + 1);
    if (PARTS.has(following)) return this.fraction(index);
    if (following === "single") return this.singleWord(index, index + 2);
    const of = this.low(index + 2) === "of";
    if (following !== "couple" && !(following === "pair" && of)) return null;
    return this.wordPart(index, index + (of ? 3 : 2), Fraction.of(2));
  }

  singleWord(first, after) {
    const following = this.low(after);
    if (!following || FUNCTION.has(following) || following === "point" || following === "source") return null;
    return this.wordPart(first, after, ONE);
  }

  numberWord(index) {
    const part = this.fraction(index);
    if (part !== null) return part;
    const unit = SMALL_ORDINALS.get(this.low(index + 2)) ?? 0;
    if (TENS.has(this.low(index)) && isHyphen(this.sym(index + 1)) && unit >= 1 && unit <= 9) {
      const value = Fraction.of(TENS.get(this.low(index)) + unit);
      return this.wordPart(index, index + 3, value, { kind: "ordinal", unit: "ordinal" });
    }
    return null;
  }

  ordinal(index) {
    const low = this.low(index), before = this.low(index - 1), after = this.low(index + 1);
    const part = this.wordPart(index, index + 1, Fraction.of(SMALL_ORDINALS.get(low)), { kind: "ordinal", unit: "ordinal" });
    const ranked = RANKED.has(before);
    if (low === "first") {
      const placed = after === "place" || after === "rank" || (after === "of" && this.single(index + 2) !== null);
      return ranked || placed ? part : null;
    }
    if (ranked) return part;
    if (this.glued(index) && ["-", "‑", "/"].includes(this.sym(index - 1))) return null;
    if (index && this.tokens[index - 1].kind === "num") return null;
    if (isNumberWord(before) || ["per", "every", "each", "split"].includes(before)) return null;
    if (["a", "an", "one"].includes(before) || after === "to") return null;
    if (after === "" && this.tokens[index + 1].kind === "sym" && !this.glued(index + 2)) {
      return ["the", "is", "was"].includes(before) ? part : null;
    }
    return part;
  }

  multiple(index) {
    const low = this.low(index), value = Fraction.parse(MULTIPLES.get(low));
    if ((low === "twice" || low === "thrice") && !AFTER_TIMES.has(this.low(index + 1))) {
      return this.wordPart(index, index + 1, value);
    }
    const step = value.isWhole ? ONE : new Fraction(1n, 10n);
    return this.wordPart(index, index + 1, value, { kind: "multiple", unit: "times", exact: false, step });
  }

  adjective(index) {
    if (this.glued(index + 1) && isHyphen(this.sym(index + 1))) return null;
    const compared = ["than", "nearly", "almost"].includes(this.low(index - 1));
    if (!AFTER_DOUBLE.has(this.low(index + 1)) && !compared) return null;
    const value = Fraction.parse(MULTIPLE_ADJECTIVES.get(this.low(index)));
    return this.wordPart(index, index + 1, value, { kind: "multiple", unit: "times", exact: false });
  }

  once(index) {
    const counts = ["exactly", "only", "just", "than"].includes(this.low(index - 1));
    return counts ? this.wordPart(index, index + 1, ONE) : null;
  }
}

const SPECIAL = new Map([
  ["no", "no"], ["none", "none"], ["not", "notOne"], ["both", "both"], ["half", "half"], ["a", "article"], ["an", "article"],
  ["once", "once"],
  ...[...MULTIPLES.keys()].map((word) => [word, "multiple"]),
  ...[...MULTIPLE_ADJECTIVES.keys()].map((word) => [word, "adjective"]),
  ...[...SMALL_ORDINALS.keys()].map((word) => [word, "ordinal"]),
  ...[...UNITS.keys(), ...TENS.keys()].map((word) => [word, "numberWord"]),
]);
const OPENERS = new Set([...SIGNS, ...CURRENCIES.keys(), ...GLYPHS.keys(), ODD, "#", "×"]);
