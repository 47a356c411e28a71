// What a cell is sorted by: its exact value where the cell says one, else the words that it shows.

const NUMBER = /^[^\d.-]{0,3}(-?)([\d,]*)\.?(\d*)(?:\/(\d+))?/;
const WORDS = new Intl.Collator("en", { numeric: true });

// Returns a key for `compare`, null for a cell without a value.
export function keyOf(cell, numeric) {
  const exact = cell.querySelector("data, time");
  const text = exact ? (exact.value ?? exact.dateTime) : shown(cell);
  return numeric ? numberOf(text) : text || null;
}

function shown(cell) {
  const copy = cell.cloneNode(true);
  for (const extra of copy.querySelectorAll(".missing, .note, .visually-hidden")) extra.remove();
  return copy.textContent.trim();
}

// Returns a decimal or a score as a fraction of whole numbers: 0.1 and 23/30 are exact in no other way.
function numberOf(text) {
  const [, sign, whole, rest, runs] = NUMBER.exec(text.replace("−", "-")) ?? [];
  if (!whole && !rest) return null;
  const over = 10n ** BigInt(rest.length) * BigInt(runs ?? 1);
  return over ? { value: BigInt(sign + whole.replaceAll(",", "") + rest), over } : null;
}

export function compare(one, other) {
  if (typeof one === "string") return WORDS.compare(one, other);
  const left = one.value * other.over, right = other.value * one.over;
  return left < right ? -1 : Number(left > right);
}
