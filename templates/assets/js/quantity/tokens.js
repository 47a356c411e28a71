// Text to tokens, in one pass; clawpub/quantity/tokens.py has the grammar, and its patterns are those used here.

import {
  BIDI, CONTROLS, DECIMAL_ZEROS, DIGIT, GLYPHS, HIDDEN, KNOWN_AFTER, KNOWN_BEFORE, ODD, ODD_LETTERS, PARTS_OF_WORD,
  SKIPPED, TOKEN, TWINS,
} from "./vocabulary.js";

const KINDS = ["plain", "quick", "word", "num", "fraction", "times", "lead", "known", "sym", "para", ...SKIPPED];

// Returns the text with every digit as ASCII and nothing hidden. `where` leads back to the source, `ends` to the end
// there of the character before an offset.
export function clean(source) {
  const where = [], ends = [0];
  let text = "", at = 0;
  for (const char of source) {
    const folded = char < "\x80" ? char : foldedOnce(char);
    if (folded !== HIDDEN) {
      for (let unit = 0; unit < folded.length; unit++) {
        where.push(at + unit);
        ends.push(at + char.length - (folded.length - 1 - unit));
      }
      text += folded;
    }
    at += char.length;
  }
  where.push(source.length);
  return { text, where, ends, bidi: BIDI.test(source) };
}

const seen = new Map();

function foldedOnce(char) {
  if (!seen.has(char)) seen.set(char, folded(char));
  return seen.get(char);
}

function folded(char) {
  if (GLYPHS.has(char) || TWINS.has(char)) return TWINS.get(char) ?? char;
  const code = char.codePointAt(0);
  if (/\p{Nd}/u.test(char)) return String(code - DECIMAL_ZEROS.findLast((zero) => zero <= code));
  if (/[\p{Nl}\p{No}]/u.test(char) || ODD_LETTERS.has(char)) return ODD;
  if (/[\p{Cf}\p{Mn}\p{Me}]/u.test(char) || CONTROLS.has(char)) return HIDDEN;
  const plain = char.normalize("NFKC");
  return plain.length === 1 && plain > " " && plain < "\x7f" ? plain : char;
}

export const isAlpha = (text) => /^\p{L}+$/u.test(text);
export const isAlphanumeric = (char) => /^[\p{L}\p{N}]$/u.test(char);
export const isUpper = (char) => /^\p{Uppercase}/u.test(char);

export function tokens(text, names = []) {
  const found = [];
  for (const match of text.matchAll(names.length ? named(names) : TOKEN)) {
    const group = KINDS.find((name) => match.groups[name] !== undefined);
    const chunk = match[0], start = match.index;
    const add = (kind, written = chunk, low = written) =>
      found.push({ kind, text: written, low, start, end: start + chunk.length });
    if (group === "quick" || group === "num" || group === "fraction") add("num");
    else if (group === "plain" || group === "lead") add("word", chunk, chunk.toLowerCase());
    else if (group === "known") add("name", chunk, chunk.toLowerCase());
    else if (group === "times") add("sym", "×");
    else if (SKIPPED.has(group)) add("skip");
    else if (group !== "word") add("sym");
    else if (DIGIT.test(chunk)) add("name", chunk, chunk.toLowerCase());
    else if (isAlpha(chunk)) add("word", chunk, chunk.toLowerCase());
    else found.push(...split(chunk, start));
  }
  return found;
}

// Words joined by hyphens, dots or slashes and without a digit: `two-thirds`, `pass/fail`, `gave_up`.
function split(chunk, offset) {
  return [...chunk.matchAll(PARTS_OF_WORD)].map((match) => ({
    kind: isAlpha([...match[0]][0]) ? "word" : "sym",
    text: match[0],
    low: match[0].toLowerCase(),
    start: offset + match.index,
    end: offset + match.index + match[0].length,
  }));
}

const patterns = new Map();

function named(names) {
  const key = names.join("\n");
  if (!patterns.has(key)) {
    const ordered = [...names].filter(Boolean).sort((one, other) => [...other].length - [...one].length);
    const known = ordered.map((name) => escaped(name).replaceAll(" ", "[ \u00a0]")).join("|");
    patterns.set(key, new RegExp(`(?<known>${KNOWN_BEFORE}(?:${known})${KNOWN_AFTER})|${TOKEN.source}`, "gv"));
  }
  return patterns.get(key);
}

const escaped = (name) => name.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
