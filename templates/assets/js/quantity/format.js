// Writing a value in the form of a literal: the same digits, scale, unit, sign of currency, words and capitals.

import {
  GLYPHS, MAX_SHOWN, MULTIPLES, MULTIPLE_ADJECTIVES, SCALES, SMALL_ORDINALS, TENS, UNITS, WIDE_SPACES, WORD_LIMIT,
} from "./vocabulary.js";
import { Fraction } from "./fraction.js";
import { clean } from "./tokens.js";

const NUMBER = new RegExp(`[0-9.,${WIDE_SPACES}]*[0-9](?:[eE][+-]?[0-9]+)?`);
const inverted = (map) => new Map([...map].map(([word, number]) => [number, word]));
const [ORDINAL_WORDS, UNIT_WORDS, TENS_WORDS] = [SMALL_ORDINALS, UNITS, TENS].map(inverted);
const ONE = new Fraction(1n), HALF = new Fraction(1n, 2n), TENTH = new Fraction(1n, 10n);
const WITHIN = new Fraction(1n, 200n);
const SHARES = ["percent", "points", "change"];

// Returns `value` (after scaling) as the author of `like` would have typed it.
export function spell(value, like, { rounding = "nearest", moreDigits = 0 } = {}) {
  if (like.kind === "ratio") return spellRatio(value, like.denominator ?? ONE, like);
  if (like.kind === "range" && like.ends) return spellRange(value, value, like);
  if (like.kind === "fraction") return fraction(value, like);
  if (like.kind === "ordinal") return ordinal(Number(roundTo(value, ONE, rounding).numerator), like);
  if (like.kind === "multiple" && like.form === "words") return multiple(value, like);
  if (like.form === "words") return words(value, like, rounding, moreDigits);
  if (like.form === "glyph") return plain(roundTo(value, ONE, rounding));
  return digits(value, like, rounding, moreDigits);
}

// Returns k/n, or "eight of ten" where the author wrote words.
export function spellRatio(numerator, denominator, like) {
  const parts = /^(.*?)(\s*\/\s*|\s+of\s+|\s+out\s+of\s+)(.*)$/is.exec(like.text);
  if (!parts) return `${plain(numerator)}/${plain(denominator)}`;
  const [, above, joiner, below] = parts;
  if (like.form === "words") {
    const under = /^\d/.test(below) ? plain(denominator) : cardinal(denominator, below);
    return `${cardinal(numerator, above)}${joiner}${under}`;
  }
  const under = /^\p{L}/u.test(below) ? cardinal(denominator, below) : plain(denominator);
  return `${plain(numerator)}${joiner}${under}`;
}

// Returns "low–high" in the form of the range `like`, each end with its own digits.
export function spellRange(low, high, like, outward = false) {
  const [first, last] = like.ends;
  const joiner = like.text.slice(first.end - like.start, last.start - like.start);
  if (last.kind === "ratio") {
    const below = `/${plain(last.denominator ?? ONE)}`;
    if (low.equals(high)) return `${plain(high)}${below}`;
    return `${plain(low)}${first.text.includes("/") ? below : ""}${joiner}${plain(high)}${below}`;
  }
  const [down, up] = outward ? ["down", "up"] : ["nearest", "nearest"];
  return `${spell(low, first, { rounding: down })}${joiner}${spell(high, last, { rounding: up })}`;
}

// Returns a value for messages: exact where it is a short decimal, else six significant digits.
export function plain(value) {
  if (value.isWhole) return String(value.numerator);
  let rest = value.denominator;
  for (const prime of [2n, 5n]) while (rest % prime === 0n) rest /= prime;
  if (rest === 1n && value.denominator < 10n ** BigInt(MAX_SHOWN)) {
    let places = 0;
    while (!value.scaled(places).isWhole) places += 1;
    return fixed(value, places);
  }
  const size = value.abs();
  let places = size.compare(1) >= 0 ? 6 - Math.min(String(size.floor()).length, 5) : 6;
  while (size.scaled(places - 5).compare(1) < 0 && places < MAX_SHOWN) places += 1;
  return fixed(roundTo(value, ONE.scaled(-places)), places).replace(/0+$/, "").replace(/\.$/, "") + "…";
}

// Returns exactly `places` decimals; `value` must be a multiple of that unit.
export function fixed(value, places) {
  const all = String(value.scaled(places).abs().floor()).padStart(places + 1, "0");
  const sign = value.sign < 0 ? "-" : "";
  return places ? `${sign}${all.slice(0, -places)}.${all.slice(-places)}` : sign + all;
}

export function roundTo(value, step, rounding = "nearest") {
  const quotient = value.over(step);
  const whole = rounding === "up" ? quotient.ceil() : rounding === "down" ? quotient.floor() : quotient.round();
  return step.times(whole);
}

function digits(value, like, rounding, moreDigits) {
  const match = NUMBER.exec(like.text.replace(/\p{Nd}/gu, (digit) => clean(digit).text));
  if (!match) return plain(value);
  const typed = match[0];
  const [mantissa, exponent = ""] = typed.toLowerCase().split("e");
  const places = (mantissa.split(".")[1] ?? "").length;
  const typedStep = ONE.scaled(Number(exponent || 0) - places);
  const rounded = roundTo(value, like.step.scaled(-moreDigits), rounding);
  let unscaled = rounded.times(typedStep).over(like.step); // without its K, %, billion
  if (exponent) unscaled = unscaled.scaled(-Number(exponent));
  let body = grouped(fixed(unscaled.abs(), places + moreDigits), mantissa);
  if (mantissa.startsWith(".") && body.startsWith("0.")) body = body.slice(1);
  if (exponent) body += typed.slice(mantissa.length);
  let prefix = like.text.slice(0, match.index);
  const suffix = like.text.slice(match.index + typed.length);
  if (like.kind === "change") return prefix + body + suffix;
  const negativeBefore = /^[-−–]/.test(prefix.replace(/^[$€£¥]+/, "")) || /^[-−–]/.test(prefix);
  if (unscaled.sign < 0 && !negativeBefore) prefix = "-" + prefix.replaceAll("+", "");
  else if (unscaled.sign >= 0 && negativeBefore) prefix = prefix.replace(/[-−–]/g, "");
  return prefix + body + suffix;
}


// Groups thousands as the author does; where the old number was too short to tell, by commas.
function grouped(number, typed) {
  const [whole, ...rest] = number.split(".");
  const typedWhole = typed.split(".")[0];
  const separators = [...typedWhole].filter((char) => !/\d/.test(char));
  if (!separators.length && typedWhole.length > 3) return number;
  const groups = [];
  let left = whole;
  for (; left.length > 3; left = left.slice(0, -3)) groups.unshift(left.slice(-3));
  return [[left, ...groups].join(separators[0] ?? ","), ...rest].join(".");
}

function cardinal(value, like) {
  const speakable = value.isWhole && value.sign >= 0 && value.compare(WORD_LIMIT) < 0;
  return speakable ? capital(inWords(Number(value.numerator)), like) : plain(value);
}

// Words beside words: `Seven` to `Eight`, `three billion` to `four billion`, `two percent` to `three percent`.
function words(value, like, rounding, moreDigits) {
  const lowered = like.text.toLowerCase();
  let tail = "";
  for (const [scale, power] of SCALES) {
    if (new RegExp(`\\b${scale}$`).test(lowered) && like.step.compare(ONE.scaled(power)) >= 0) {
      tail = like.text.slice(-scale.length - 1);
      value = value.scaled(-power);
    }
  }
  const found = /[\s-]+(?:per\s*cent|percent|percentage[\s-]points?|points?|dollars?|euros?)$/.exec(lowered);
  if (found) {
    tail = like.text.slice(found.index);
    if (SHARES.includes(like.kind)) value = value.times(100);
  }
  const step = like.step.compare(1) < 0 && !found ? TENTH : ONE.scaled(-moreDigits);
  const rounded = roundTo(value, step, rounding);
  if (rounded.isWhole && rounded.sign >= 0 && rounded.compare(WORD_LIMIT) < 0) {
    const none = lowered.startsWith("no") && rounded.sign === 0;
    return capital(none ? lowered : inWords(Number(rounded.numerator)) + tail, like.text);
  }
  return grouped(plain(rounded), "0") + tail;
}

// Returns 0 to 9,999 in English: `twenty-three`, `one hundred and five`, `two thousand and ten`.
export function inWords(number) {
  if (number < 20) return UNIT_WORDS.get(number);
  const unit = number % 10, rest = number % 100, tail = number % 1000;
  if (number < 100) return TENS_WORDS.get(number - unit) + (unit ? `-${UNIT_WORDS.get(unit)}` : "");
  if (number < 1000) return `${UNIT_WORDS.get((number - rest) / 100)} hundred` + (rest ? ` and ${inWords(rest)}` : "");
  const joiner = 0 < tail && tail < 100 ? " and " : " ";
  return `${UNIT_WORDS.get((number - tail) / 1000)} thousand` + (tail ? joiner + inWords(tail) : "");
}

function ordinal(number, like) {
  if (like.form === "words" && 1 <= number && number <= 99) {
    if (ORDINAL_WORDS.has(number)) return capital(ORDINAL_WORDS.get(number), like.text);
    const unit = number % 10;
    return capital(`${TENS_WORDS.get(number - unit)}-${ORDINAL_WORDS.get(unit)}`, like.text);
  }
  if (like.text.startsWith("#")) return `#${number}`;
  const last = ((number % 100) + 100) % 100;
  const suffix = 10 <= last && last <= 20 ? "th" : { 1: "st", 2: "nd", 3: "rd" }[last % 10] ?? "th";
  return `${number}${suffix}`;
}

const VERBS = [
  ["ed", ["doubled", "tripled", "quadrupled", "halved"]],
  ["es", ["doubles", "triples", "quadruples", "halves"]],
  ["ing", ["doubling", "tripling", "quadrupling", "halving"]],
  ["le", ["double", "triple", "quadruple"]],
];

// Returns `ten times` for `nine times`, `three times` for `twice`, `2.3 times` where no word fits.
function multiple(value, like) {
  const lowered = like.text.toLowerCase();
  const rounded = roundTo(value, ONE);
  const near = value.minus(rounded).abs().compare(rounded.over(20)) <= 0 ? rounded : roundTo(value, TENTH);
  for (const [ending, [two, three, four, half]] of VERBS) {
    if (!lowered.endsWith(ending) || !(MULTIPLES.has(lowered) || MULTIPLE_ADJECTIVES.has(lowered))) continue;
    const halved = value.minus(HALF).abs().compare(new Fraction(1n, 40n)) <= 0;
    const word = halved ? half : { 2: two, 3: three, 4: four }[near.isWhole ? String(near.numerator) : ""];
    if (word) return capital(word, like.text);
  }
  if (MULTIPLES.has(lowered) && lowered !== "twice" && lowered !== "thrice") {
    const whole = near.isWhole && near.compare(2) >= 0 && near.compare(20) <= 0;
    return whole ? `${inWords(Number(near.numerator))}fold` : `${plain(near)}-fold`;
  }
  if (lowered === "twice" && near.equals(2)) return like.text;
  if (!near.isWhole || near.compare(2) < 0 || near.compare(100) >= 0) return `${plain(near)} times`;
  const found = /[\s-]*(?:fold|times)$/.exec(lowered);
  return capital(inWords(Number(near.numerator)) + (found ? like.text.slice(found.index) : " times"), like.text);
}

// Returns `a third`, `two-thirds` or `three quarters` where that reads to the same whole percent, else `37%`.
function fraction(value, like) {
  const close = (above, below) => value.minus(new Fraction(BigInt(above), BigInt(below))).abs().compare(WITHIN) <= 0;
  if (like.form === "glyph") {
    for (const [glyph, [above, below]] of GLYPHS) if (close(above, below)) return glyph;
  }
  for (const below of [2, 3, 4, 5, 6, 8, 10]) {
    const above = Number(value.times(below).round());
    if (0 < above && above < below && close(above, below)) {
      return capital(part(above, below, like.text.includes("-")), like.text);
    }
  }
  return `${plain(roundTo(value.times(100), ONE))}%`;
}

function part(above, below, hyphen) {
  if (below === 2) return "half";
  const singular = { 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 8: "eighth", 10: "tenth" }[below];
  if (above === 1) return hyphen ? `one-${singular}` : `${below === 8 ? "an" : "a"} ${singular}`;
  return `${UNIT_WORDS.get(above)}-${singular}s`;
}

function capital(text, like) {
  return /^\p{Uppercase}/u.test(like) ? text.slice(0, 1).toUpperCase() + text.slice(1) : text;
}
