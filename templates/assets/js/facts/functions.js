// Statistics that a fact may call, beside SQLite's own functions: clawpub/pack/functions.py says what each is.

import { Fraction } from "../quantity/fraction.js";
import { bestCase, detectable, exchangeWithinTasks, fisher, pairedT, signFlip } from "./differences.js";
import { clusteredInterval, percentile, wilson } from "./statistics.js";

function whole(value) {
  const number = Number(value);
  if (typeof value === "string" || !Number.isInteger(number) || number < 0) throw new RangeError(`${value} is no count of runs`);
  return number;
}

// What has no runs has no value.
const counted = (cells) => cells.every((cell) => cell !== null) && cells.every((cell, place) => place % 2 === 0 || Number(cell) !== 0);
const scalar = (value) => (...cells) => (counted(cells) ? value(...cells.map(whole)) : null);
const differences = (rows) =>
  rows.map(([k1, n1, k2, n2]) => new Fraction(BigInt(k1), BigInt(n1)).minus(new Fraction(BigInt(k2), BigInt(n2))));
const clustered = (end) => (rows) => clusteredInterval(rows.map(([k]) => k), rows.map(([, n]) => n))[end];
const paired = (end) => (rows) => pairedT(differences(rows)).interval?.[end] ?? null;

// By name: how many arguments, and the value.
export const SCALARS = {
  wilson_low: [2, scalar((k, n) => wilson(k, n).low)],
  wilson_high: [2, scalar((k, n) => wilson(k, n).high)],
  fisher_p: [4, scalar((k1, n1, k2, n2) => fisher([k1, n1], [k2, n2]))],
  best_t_p: [2, scalar((passes, tasks) => bestCase(passes, tasks).t)],
  best_signs_p: [2, scalar((passes, tasks) => bestCase(passes, tasks).signFlip)],
  detectable_t: [2, scalar((tasks, runs) => detectable(tasks, runs).t)],
  detectable_signs: [2, scalar((tasks, runs) => detectable(tasks, runs).signFlip)],
};

// By name: how many arguments, and the value of rows of counts.
export const OVER_TASKS = {
  clustered_low: [2, clustered("low")],
  clustered_high: [2, clustered("high")],
  paired_p: [4, (rows) => pairedT(differences(rows)).p],
  paired_low: [4, paired("low")],
  paired_high: [4, paired("high")],
  sign_flip_p: [4, (rows) => signFlip(differences(rows))],
  exchange_p: [4, (rows) => exchangeWithinTasks(rows.map(([k, n]) => [k, n]), rows.map(([, , k, n]) => [k, n]))],
};

// Returns the value of an aggregate of SCALARS' kin over rows of cells; rows in which something is missing are left out.
export function overTasks(name, rows) {
  const kept = rows.filter(counted).map((row) => row.map(whole));
  return kept.length ? OVER_TASKS[name][1](kept) : null;
}

export function overValues(rows, fallback = 50) {
  const kept = rows.filter(([value]) => value !== null);
  if (kept.some((row) => row.some((cell) => cell === null || typeof cell === "string"))) {
    throw new RangeError("a percentile is of numbers");
  }
  return kept.length ? percentile(kept.map(([value]) => Number(value)), Number(kept.at(-1)[1] ?? fallback)) : null;
}
