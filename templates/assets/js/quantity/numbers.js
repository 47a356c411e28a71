// Numbers, in digits and in words: sign, currency, scale, unit, ratio and range. The grammar stands in
// clawpub/quantity/scan.py.

import {
  AFTER_TIMES, CURRENCIES, CURRENCY_WORDS, DASHES, DOWN, FUNCTION, GLYPHS, LOOK_ALIKES, MAX_DIGITS, NEUTRAL, ODD,
  ORDINAL_SUFFIXES, SCALES, SIGNS, SPACED_SCALES, SUFFIX_SCALES, SUFFIX_SIGNS, TENS, TYPOGRAPHY, UNITS, UP, WIDE_SPACES,
} from "./vocabulary.js";
import { Fraction } from "./fraction.js";
import { countable, PART, Stream } from "./parts.js";
import { isAlphanumeric } from "./tokens.js";

export const ZERO = new Fraction(0n);
export const ONE = new Fraction(1n);
export const HUNDREDTH = new Fraction(1n, 100n);
const FOLDS = new Map([...UNITS, ...TENS, ["hundred", 100]]);
const isHyphen = (symbol) => symbol === "-" || symbol === "‑";

export class Numbers extends Stream {
  operand(index) {
    const single = this.single(index);
    if (single === null || !countable(single)) return single;
    const j = single.after;
    const slash = this.sym(j) === "/" && this.tokens[j + 1].kind === "num" && this.glued(j) === this.glued(j + 1);
    let below = null;
    if (slash || (this.low(j) === "of" && !this.glued(j))) below = this.single(j + 1);
    else if (this.low(j) === "out" && this.low(j + 1) === "of") below = this.single(j + 2);
    if (below === null || !countable(below) || below.odd || !below.value.isWhole) return single;
    return {
      ...single, after: below.after, end: below.end, kind: "ratio", numerator: single.value, denominator: below.value,
      noun: below.noun, exact: true,
    };
  }

  single(index) {
    const token = this.tokens[index];
    let part;
    if (token.kind === "word") {
      const times = token.low.endsWith("fold") ? FOLDS.get(token.low.slice(0, -4)) : undefined;
      if (times !== undefined) {
        return this.wordPart(index, index + 1, Fraction.of(times), { kind: "multiple", unit: "times", exact: false });
      }
      part = this.cardinal(index);
    } else part = this.digits(index);
    return part === null ? null : this.suffixed(part);
  }

  // Returns sign, currency and digits, or a glyph such as ½, or an odd character standing alone.
  digits(index) {
    let i = index, negative = false, currency = null;
    const start = this.tokens[index].start;
    if (SIGNS.has(this.sym(i)) && this.glued(i + 1)) {
      const before = start ? characterBefore(this.text, start) : " ";
      if (isAlphanumeric(before) || ")%]_".includes(before) || DASHES.has(before)) return null;
      negative = this.sym(i) !== "+";
      i += 1;
    }
    if (this.sym(i) === "#" || this.sym(i) === "×") return this.prefixed(index);
    if (CURRENCIES.has(this.sym(i)) && (this.glued(i + 1) || this.tokens[i + 1].kind === "num")) {
      currency = CURRENCIES.get(this.sym(i));
      i += 1;
      if (SIGNS.has(this.sym(i)) && this.glued(i + 1)) {
        negative = this.sym(i) !== "+";
        i += 1;
      }
    } else if (this.sym(i) === "¢") return null;
    const token = this.tokens[i];
    if (token.kind === "sym" && GLYPHS.has(token.text)) return this.glyph(index, i, start, ZERO);
    if (token.kind === "sym" && token.text[0] === ODD) {
      return {
        ...PART, first: index, after: i + 1, start, end: token.end, number: token.text, value: ZERO, step: ONE, odd: true,
        form: "glyph", exact: true,
      };
    }
    if (token.kind !== "num") return null;
    let { value, step, odd } = read(token.text);
    const following = this.sym(i + 1);
    if (this.glued(i + 1) && GLYPHS.has(following)) return this.glyph(index, i + 1, start, value);
    let end = token.end, after = i + 1;
    if (this.glued(i + 1) && following[0] === ODD) {
      odd = true;
      end = this.tokens[i + 1].end;
      after = i + 2;
    }
    if (negative) value = value.negated();
    return {
      ...PART, first: index, after, start, end, number: token.text, value, step, kind: currency ? "money" : "number",
      unit: currency, exact: step.equals(1) && !currency, odd,
    };
  }

  // Returns `#2`, or `×10` where no number stands before.
  prefixed(index) {
    const token = this.tokens[index + 1], rank = this.sym(index) === "#";
    if (token.kind !== "num" || !this.glued(index + 1)) return null;
    if (!rank && index && this.tokens[index - 1].kind === "num") return null;
    const { value, step, odd } = read(token.text);
    return {
      ...PART, first: index, after: index + 2, start: this.tokens[index].start, end: token.end, number: token.text, value,
      step, kind: rank ? "ordinal" : "multiple", unit: rank ? "ordinal" : "times", exact: rank, odd,
    };
  }

  glyph(first, index, start, whole) {
    const [above, below] = GLYPHS.get(this.tokens[index].text);
    const { end } = this.tokens[index];
    const value = whole.plus(new Fraction(BigInt(above), BigInt(below)));
    const percent = this.sym(index + 1) === "%" || this.sym(index + 1) === "‰";
    return {
      ...PART, first, after: index + 1, start, end, number: this.text.slice(start, end), value, step: HUNDREDTH,
      kind: "fraction", form: "glyph", odd: percent || (this.glued(index + 1) && this.tokens[index + 1].kind === "word"),
      numerator: whole.times(below).plus(above), denominator: Fraction.of(below),
    };
  }

  wordPart(first, after, value, more = {}) {
    const { start } = this.tokens[first], { end } = this.tokens[after - 1];
    return {
      ...PART, first, after, start, end, number: this.text.slice(start, end), value, step: ONE, form: "words", exact: true,
      ...more,
    };
  }

  cardinal(index) {
    const low = this.low(index);
    let value, j;
    if (low === "a" || low === "an") {
      if (!["hundred", "thousand", "million", "billion", "dozen"].includes(this.low(index + 1))) return null;
      [value, j] = [1, index + 1];
    } else {
      const small = this.belowHundred(index);
      if (small === null) return null;
      [value, j] = small;
    }
    if (this.low(j) === "dozen") return this.wordPart(index, j + 1, Fraction.of(12 * value));
    if (this.low(j) === "hundred") {
      [value, j] = [100 * value, j + 1];
      const k = this.low(j) === "and" ? j + 1 : j;
      const rest = this.belowHundred(k);
      if (rest !== null && !(k > j && this.low(k) === "zero")) [value, j] = [value + rest[0], rest[1]];
    }
    const power = SCALES.get(this.low(j)) ?? 0;
    if (power === 3) {
      const tail = this.belowThousand(j + 1);
      if (tail !== null) return this.wordPart(index, tail[1], Fraction.of(1000 * value + tail[0]));
    }
    if (power) {
      const part = this.wordPart(index, j + 1, Fraction.of(value).scaled(power), { step: ONE.scaled(power) });
      return { ...part, power, exact: false };
    }
    const more = this.low(j + 2);
    if (this.low(j) === "and" && ["a", "one"].includes(this.low(j + 1)) && (more === "half" || more === "quarter")) {
      const extra = more === "half" ? new Fraction(1n, 2n) : new Fraction(1n, 4n);
      const step = more === "half" ? new Fraction(1n, 10n) : HUNDREDTH;
      return this.wordPart(index, j + 3, extra.plus(value), { exact: false, step });
    }
    return this.wordPart(index, j, Fraction.of(value));
  }

  belowHundred(index) {
    const low = this.low(index);
    if (UNITS.has(low)) return [UNITS.get(low), index + 1];
    if (!TENS.has(low)) return null;
    const hyphen = isHyphen(this.sym(index + 1)) && this.glued(index + 1) && this.glued(index + 2);
    const unit = UNITS.get(this.low(hyphen ? index + 2 : index + 1)) ?? 0;
    return unit >= 1 && unit <= 9 ? [TENS.get(low) + unit, index + (hyphen ? 3 : 2)] : [TENS.get(low), index + 1];
  }

  belowThousand(index) {
    const k = this.low(index) === "and" ? index + 1 : index;
    const first = this.belowHundred(k);
    if (first === null || (k > index && this.low(k) === "zero")) return null;
    const [value, j] = first;
    if (this.low(j) !== "hundred") return k > index ? [value, j] : null;
    const rest = this.belowHundred(this.low(j + 1) === "and" ? j + 2 : j + 1);
    return rest ? [100 * value + rest[0], rest[1]] : [100 * value, j + 1];
  }

  // --- what follows a number ---

  suffixed(part) {
    let j = part.after;
    const token = this.tokens[j];
    if (token.kind === "sym" && !SUFFIX_SIGNS.has(token.text)) return part;
    if (part.form === "digits" && this.glued(j)) {
      if (token.kind === "word") {
        part = this.tail(part, token);
        j = part.after;
      } else if (token.kind === "sym" && token.text === "×" && this.tokens[j + 1].kind !== "num") {
        return this.withUnit(part, j + 1, "multiple", "times");
      } else if (token.kind === "sym" && token.text === "¢") {
        return scaled(this.withUnit(part, j + 1, "money", "USD"), -2);
      }
    }
    if (["ordinal", "multiple", "fraction"].includes(part.kind) || ["times", "points", "percent"].includes(part.unit)) {
      return this.noted(part);
    }
    const hyphen = isHyphen(this.sym(j)) && this.glued(j) && this.glued(j + 1) && this.tokens[j + 1].kind === "word";
    if (hyphen) j += 1;
    const bare = part.power === 0 && part.form === "digits";
    let power = null;
    if (bare && SCALES.has(this.low(j))) power = SCALES.get(this.low(j));
    else if (bare && this.low(j) === "hundred") power = 2;
    else if (bare && SPACED_SCALES.has(token.text) && !this.glued(j)) power = SPACED_SCALES.get(token.text);
    if (power !== null) {
      part = { ...scaled(part, power), after: j + 1, end: this.tokens[j].end };
      j += 1;
    } else if (this.low(j) === "dozen" && part.form === "digits") {
      part = { ...part, value: part.value.times(12), step: part.step.times(12), after: j + 1, end: this.tokens[j].end };
      j += 1;
    }
    if (part.kind === "number") part = this.measured(part, j);
    return this.noted(part);
  }

  // The letters that touch the digits: 32B, 10x, 2nd, 67s.
  tail(part, token) {
    const after = part.after + 1, { text, low } = token;
    if (SUFFIX_SCALES.has(text)) return { ...scaled(part, SUFFIX_SCALES.get(text)), after, end: token.end };
    if (part.kind === "number") {
      if (low === "x" || low === "fold") return this.withUnit(part, after, "multiple", "times");
      if (["p", "pp", "pts", "ppt"].includes(low)) return scaled(this.withUnit(part, after, "points", "points"), -2);
      if (low === "bps") return scaled(this.withUnit(part, after, "points", "points"), -4);
      if (ORDINAL_SUFFIXES.has(low)) return this.withUnit(part, after, "ordinal", "ordinal");
      if (low === "percent") return scaled(this.withUnit(part, after, "percent", "percent"), -2);
    }
    const known = /^[\x00-\x7f]*$/.test(text) || [...text].every((char) => TYPOGRAPHY.has(char) || "ms".includes(char));
    const odd = part.odd || LOOK_ALIKES.has(text) || !known;
    return { ...part, after, end: odd ? token.end : part.end, noun: text, odd };
  }

  // Percent, points, times, dollars: the words that change what a number means.
  measured(part, j) {
    const low = this.low(j), symbol = this.sym(j), next = this.low(j + 1);
    const points = (after, power) => scaled(this.withUnit(part, after, "points", "points"), power);
    const percent = (after, power) => this.changed(scaled(this.withUnit(part, after, "percent", "percent"), power));
    if (symbol === "%" || symbol === "‰") return percent(j + 1, symbol === "%" ? -2 : -3);
    if (["percent", "percents", "pct"].includes(low)) return percent(j + 1, -2);
    if (low === "per" && next === "cent") return percent(j + 2, -2);
    if (low === "percentage" || low === "percentage-point") {
      const k = isHyphen(this.sym(j + 1)) ? j + 2 : j + 1;
      if (["points", "point"].includes(this.low(k))) return points(k + 1, -2);
    }
    if (low === "basis" && ["points", "point"].includes(next)) return points(j + 2, -4);
    if (low === "bps") return points(j + 1, -4);
    if (["points", "point", "pp", "pts", "ppts"].includes(low)) return points(j + 1, -2);
    const times = (low === "times" && (AFTER_TIMES.has(next) || this.glued(j))) || low === "x" || low === "fold";
    if (times || (symbol === "×" && AFTER_TIMES.has(next))) return this.withUnit(part, j + 1, "multiple", "times");
    if (CURRENCY_WORDS.has(low) && part.noun === null) {
      const [currency, power] = CURRENCY_WORDS.get(low);
      return scaled(this.withUnit(part, j + 1, "money", currency), power);
    }
    return part;
  }

  changed(part) {
    const low = this.low(part.after);
    if (DOWN.has(low) && !(low === "below" && this.low(part.after + 1) === "the")) {
      return { ...part, kind: "change", value: part.value.negated(), noun: low, exact: false };
    }
    return UP.has(low) || NEUTRAL.has(low) ? { ...part, kind: "change", noun: low } : part;
  }

  withUnit(part, after, kind, unit) {
    return { ...part, after, end: this.tokens[after - 1].end, kind, unit, exact: kind === "ordinal" };
  }

  noted(part) {
    if (part.noun !== null) return part;
    let j = part.after;
    if (isHyphen(this.sym(j)) && this.glued(j) && this.glued(j + 1)) j += 1;
    const low = this.low(j);
    return low && !FUNCTION.has(low) ? { ...part, noun: low } : part;
  }

  // --- ranges ---

  ranged(low) {
    if (["ordinal", "change", "fraction"].includes(low.kind)) return low;
    const j = this.rangeSign(low);
    let high = j ? this.operand(j) : null;
    if (high === null || high.kind === "ordinal" || high.kind === "fraction" || low.odd || high.odd) return low;
    low = this.inherit(low, high, this.tokens[j - 1].kind === "word");
    if (low.kind === "number" && high.kind === "money") return low;
    if (low.kind === "money" && high.kind === "number") high = { ...high, kind: "money", unit: low.unit };
    const kind = high.kind === "change" && low.kind === "percent" ? "percent" : high.kind;
    const same = low.denominator === high.denominator || (low.denominator && high.denominator?.equals(low.denominator));
    if (low.kind !== kind || low.unit !== high.unit || !same || low.value.compare(high.value) > 0) return low;
    return {
      ...low, after: high.after, end: high.end, kind: "range", ends: [low, high], noun: high.noun, exact: false,
      number: this.text.slice(low.start, high.end), numerator: null,
    };
  }

  // Returns the index where the high end would start, or 0.
  rangeSign(low) {
    const j = low.after, symbol = this.sym(j);
    if (DASHES.has(symbol)) {
      if (this.glued(j) && this.glued(j + 1)) {
        if (this.low(j + 1) === "to" && symbol === "-") return this.sym(j + 2) === "-" ? j + 3 : 0;
        return this.tokens[j + 1].kind !== "word" || symbol === "–" ? j + 1 : 0;
      }
      const spaced = symbol === "–" && !this.glued(j) && !this.glued(j + 1);
      return spaced && this.tokens[j + 1].kind !== "word" ? j + 1 : 0;
    }
    if (this.low(j) === "to") return j + 1;
    return this.low(j) === "and" && this.low(low.first - 1) === "between" ? j + 1 : 0;
  }

  // The low end takes the unit of the high end: 5–10%, 39–41K, 3 to 5 million, 24–27/30.
  inherit(low, high, wordsBetween) {
    if (!["number", "money"].includes(low.kind) || (low.kind === "money" && high.kind !== "money")) return low;
    if (high.kind === "ratio" && countable(low)) {
      return { ...low, kind: "ratio", numerator: low.value, denominator: high.denominator };
    }
    const unitPower = ["percent", "points", "change"].includes(high.kind) ? -2 : 0;
    const spelled = SCALES.has(this.tokens[high.after - 1].low);
    const scale = high.power - unitPower;
    if (low.power === 0 && scale > 0 && (!wordsBetween || spelled)) low = scaled(low, scale);
    if (low.kind === "number" && ["percent", "points", "multiple", "change"].includes(high.kind)) {
      const kind = high.kind === "change" ? "percent" : high.kind;
      low = scaled({ ...low, kind, unit: high.unit }, unitPower);
    }
    return low;
  }
}

function scaled(part, power) {
  return {
    ...part, power: part.power + power, value: part.value.scaled(power), step: part.step.scaled(power), exact: false,
  };
}

function characterBefore(text, index) {
  const last = text[index - 1];
  return last >= "\udc00" && last <= "\udfff" && index > 1 ? text.slice(index - 2, index) : last;
}

// Returns value, step, and whether a person might read it otherwise (`0,123`, forty digits, 1e99).
function read(typed) {
  if (/^[0-9]+$/.test(typed) && typed.length <= MAX_DIGITS) {
    return { value: Fraction.parse(typed), step: ONE, odd: typed.length > 1 && typed[0] === "0" };
  }
  const digits = [...typed].filter((char) => char !== "_" && char !== "," && !WIDE_SPACES.includes(char)).join("");
  const odd = typed.includes("_") || (typed.length > 1 && typed[0] === "0" && !".eE".includes(typed[1]));
  if (digits.length > MAX_DIGITS) return { value: ZERO, step: ONE, odd: true };
  const [mantissa, exponent] = digits.toLowerCase().split("e");
  const power = Number(exponent || 0);
  if (Math.abs(power) > MAX_DIGITS) return { value: ZERO, step: ONE, odd: true };
  const places = (mantissa.split(".")[1] ?? "").length;
  return { value: Fraction.parse(mantissa).scaled(power), step: ONE.scaled(power - places), odd };
}
