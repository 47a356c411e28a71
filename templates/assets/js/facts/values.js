// Values as a pack stores them: null, true or false, a BigInt, a text, or {number: "0.7667"} with all its digits.

import { Fraction } from "../quantity/fraction.js";

// Returns a value of the page's data: {"integer": "23"}, {"number": "0.7667"}, {"text": "23/30"}, true, null.
export function valueOf(written) {
  if (written === null || typeof written === "boolean") return written;
  if (written.integer !== undefined) return BigInt(written.integer);
  return written.number !== undefined ? { number: written.number } : written.text;
}

// Returns what a cell of a table spells; null where it is missing.
export function cellOf(text, type) {
  if (text === null) return null;
  if (type === "integer") return BigInt(text);
  if (type === "number") return { number: text };
  return type === "boolean" ? text === "true" : text;
}

// Returns the one way a value is written in a pack, "" for a missing one.
export function spelled(value) {
  if (value === null) return "";
  if (typeof value === "object") return withoutExponent(value.number);
  return String(value);
}

export const cellText = (value) => (value === null ? "nothing" : spelled(value));

// Returns whether two values are the same: numbers by what they are, not by how they are written.
export function same(one, other) {
  const [left, right] = [one, other].map(numeric);
  return left && right ? left.equals(right) : one === other;
}

// Returns whether two values that were computed are the same, but for the last digit that is printed of a float: the
// browser's exp and log are not those of the machine that built the page.
export function alike(one, other) {
  const [left, right] = [one, other].map(numeric);
  if (!left || !right || left.equals(right)) return same(one, other);
  const close = left.minus(right).abs().over(left.abs().plus(right.abs())).compare(new Fraction(1n, 10n ** 14n)) <= 0;
  return close && !(left.isWhole && right.isWhole);
}

function numeric(value) {
  if (typeof value === "bigint") return Fraction.of(value);
  return value !== null && typeof value === "object" ? Fraction.parse(value.number) : null;
}

function withoutExponent(text) {
  const [mantissa, exponent] = text.toLowerCase().split("e");
  if (exponent === undefined) return mantissa.includes(".") ? mantissa.replace(/0+$/, "").replace(/\.$/, "") : mantissa;
  const [whole, rest = ""] = mantissa.replace(/^[+-]/, "").split(".");
  const places = rest.length - Number(exponent);
  const digits = (whole + rest).replace(/^0+(?=\d)/, "");
  const sign = mantissa.startsWith("-") ? "-" : "";
  if (places <= 0) return sign + digits + "0".repeat(-places);
  const padded = digits.padStart(places + 1, "0");
  return sign + withoutExponent(`${padded.slice(0, -places)}.${padded.slice(-places)}`);
}
