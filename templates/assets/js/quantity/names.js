// Digits that count nothing: dates, clock times, `Table 3`, `Python 3.11`, the 32B of "Qwen3 32B".

import {
  AFTER_DATE, BEFORE_DATE, COUNTED, FUNCTION, MONTHS, PLAIN_VERSIONED, REFERENCES, SENTENCE_ENDS, SIZED, VERSIONED,
} from "./vocabulary.js";
import { countable } from "./parts.js";
import { isUpper } from "./tokens.js";

// Whether digits belong to a date, a reference or a model's name, or a range to "a scale of 1 to 5".
export function isName(stream, part) {
  const scaled = ["of", "from"].includes(stream.low(part.first - 1)) && stream.low(part.first - 2) === "scale";
  if (part.kind === "range" && scaled) return true;
  return part.form === "digits" && (dated(stream, part) || referenced(stream, part) || sized(stream, part));
}

const within = (value, low, high) => value.compare(low) >= 0 && value.compare(high) <= 0;
const isMonth = (token) => token?.kind === "word" && MONTHS.has(token.low) && isUpper(token.text);

function dated(stream, part) {
  if (part.power || !["number", "ordinal", "range"].includes(part.kind)) return false;
  const { after, first } = part;
  const before = first ? stream.tokens[first - 1] : null;
  const value = part.ends ? part.ends[1].value : part.value;
  const decade = within(value, 1000, 2990) && value.over(10).isWhole;
  if (decade && stream.low(first + 1) === "s" && stream.glued(first + 1)) return true; // the 1990s
  const halves = ["am", "pm"];
  if (halves.includes(stream.low(after)) || (halves.includes(part.noun) && part.kind === "number")) {
    return within(value, 0, 24);
  }
  const dotted = ["a", "p"].includes(stream.low(after)) && stream.text.slice(stream.tokens[after].end).startsWith(".m");
  if (dotted) return within(value, 0, 24);
  const day = within(value, 1, 31), year = within(value, 1900, 2100);
  const following = stream.tokens[after];
  if (day && isMonth(following)) return !COUNTED.has(stream.low(after + 1)) || BEFORE_DATE.has(stream.low(first - 1));
  if (before === null) return false;
  if (isMonth(before)) {
    if (year) return true;
    const ends = following.kind === "sym" || AFTER_DATE.has(following.low);
    return day && (ends || (following.kind === "num" && following.text.length === 4));
  }
  return year && endsDate(stream, first);
}

// Whether `2026` at the index closes "May 21, 2026".
function endsDate(stream, index) {
  const j = stream.sym(index - 1) === "," ? index - 2 : index - 1;
  return j >= 1 && stream.tokens[j].kind === "num" && isMonth(stream.tokens[j - 1]);
}

function referenced(stream, { first, step, noun }) {
  let j = first - 1;
  while (j >= 0 && first - j <= 2 && [".", ":", "#", "§"].includes(stream.sym(j))) {
    if (stream.sym(j) === "§") return true;
    j -= 1;
  }
  if (j < 0 || stream.tokens[j].kind !== "word") return false;
  const token = stream.tokens[j];
  if (REFERENCES.has(token.low)) {
    return isUpper(token.text) && (j === first - 1 || token.low === "fig" || token.low === "eq");
  }
  const counts = PLAIN_VERSIONED.has(token.low) && step.equals(1) && COUNTED.has(noun);
  return VERSIONED.has(token.low) && !counts;
}

// Whether it is the 32B of "Qwen3 32B", or the 3 or the 30B of "Nemotron Nano 3 30B".
function sized(stream, part) {
  const { first, after } = part;
  if (first === 0 || stream.glued(first) || part.kind !== "number" || stream.tokens[first].kind !== "num") return false;
  if (hasSize(stream, first)) {
    const bare = stream.tokens[first - 1].kind === "num" && first > 1;
    return named(stream, bare ? first - 2 : first - 1) && uncounted(stream, after);
  }
  return countable(part) && hasSize(stream, after) && named(stream, first - 1) && uncounted(stream, after + 2);
}

const uncounted = (stream, index) => !SIZED.has(stream.low(index)) && !SIZED.has(stream.low(index + 1));

function hasSize(stream, index) {
  const letter = stream.tokens[index + 1];
  return stream.tokens[index].kind === "num" && (letter.text === "B" || letter.text === "M") && stream.glued(index + 1);
}

function named(stream, index) {
  const token = stream.tokens[index];
  if (token.kind === "name") return isUpper(token.text);
  if (token.kind !== "word" || !isUpper(token.text) || FUNCTION.has(token.low)) return false;
  const capitals = [...token.text].filter(isUpper).length;
  return capitals > 1 || (index > 0 && !SENTENCE_ENDS.has(stream.sym(index - 1)));
}
