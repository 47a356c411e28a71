// Whether two models' pass rates differ: clawpub/differences.py in the browser. A count is [passes, runs], both Numbers.

import { Fraction } from "../quantity/fraction.js";
import { tQuantile, tTwoSided } from "./statistics.js";

const ALPHA = 0.05;
const MOST_SUMS = 100_000;
const NONE = new Fraction(0n);
const rate = (k, n) => new Fraction(BigInt(k), BigInt(n));
const total = (numbers) => numbers.reduce((one, other) => one + other, 0n);

// Returns the two-sided p-value of Fisher's exact test.
export function fisher([k1, n1], [k2, n2]) {
  checked(k1, n1);
  checked(k2, n2);
  const found = ways(n1, n2, k1 + k2), all = [...found.values()], seen = found.get(k1);
  return new Fraction(total(all.filter((number) => number <= seen)), total(all)).toNumber();
}

// Returns the exact two-sided p-value where the runs of each task are exchanged; null where there are too many sums.
export function exchangeWithinTasks(ones, others) {
  let seen = NONE;
  const steps = ones.map(([k1, n1], place) => {
    const [k2, n2] = others[place];
    checked(k1, n1);
    checked(k2, n2);
    seen = seen.plus(rate(k1, n1)).minus(rate(k2, n2));
    return merged([...ways(n1, n2, k1 + k2)].map(([k, number]) => [rate(k, n1).minus(rate(k1 + k2 - k, n2)), number]));
  });
  return atLeast(seen.abs(), steps);
}

// Returns the exact two-sided p-value where the sign of each task's difference is flipped or not.
export function signFlip(differences) {
  const steps = differences.filter((each) => each.sign).map((each) => [[each, 1n], [each.negated(), 1n]]);
  return atLeast(differences.reduce((one, other) => one.plus(other), NONE).abs(), steps);
}

// Returns the paired t-test over differences by task: p, and the ends of the mean's interval or null.
export function pairedT(differences) {
  const tasks = differences.length;
  const mean = differences.reduce((one, other) => one.plus(other), NONE).over(tasks);
  const squares = differences.map((each) => each.minus(mean)).map((each) => each.times(each));
  const spread = squares.reduce((one, other) => one.plus(other), NONE);
  if (!spread.sign) return { interval: null, p: mean.sign ? null : 1 };
  const middle = mean.toNumber(), error = Math.sqrt(spread.over(tasks - 1).over(tasks).toNumber());
  const margin = tQuantile(1 - (1 - 0.95) / 2, tasks - 1) * error;
  return { interval: { low: middle - margin, high: middle + margin }, p: tTwoSided(middle / error, tasks - 1) };
}

// Returns the least p-values that any split of a difference over the tasks could have.
export function bestCase(difference, tasks) {
  if (tasks < 1) throw new RangeError("no tasks to split it over");
  const size = Math.abs(difference), each = Math.floor(size / tasks), rest = size % tasks;
  const split = Array.from({ length: tasks }, (_, place) => Fraction.of(each + (place < rest ? 1 : 0)));
  return { t: tasks > 1 ? pairedT(split).p : null, signFlip: Math.min(1, 2 ** (1 - Math.min(size, tasks))) };
}

// Returns the least difference, in passes, that a design could have told from zero; null where none would have done.
export function detectable(tasks, runs) {
  const found = { t: null, signFlip: null };
  for (let difference = 1; difference <= runs && (found.t === null || found.signFlip === null); difference++) {
    const best = bestCase(difference, tasks);
    if (found.t === null && best.t !== null && best.t <= ALPHA) found.t = difference;
    if (found.signFlip === null && best.signFlip <= ALPHA) found.signFlip = difference;
  }
  return found;
}

function checked(k, n) {
  if (!(n > 0) || k < 0 || k > n) throw new RangeError(`${k} of ${n} runs: passes must lie between 0 and the runs`);
}

function choose(n, k) {
  let number = 1n;
  for (let i = 1; i <= k; i++) number = (number * BigInt(n - k + i)) / BigInt(i);
  return number;
}

// Returns in how many ways each number of passes is among the first n1 runs, where `passes` of all n1 + n2 pass.
function ways(n1, n2, passes) {
  const low = Math.max(0, passes - n2), high = Math.min(n1, passes);
  let number = choose(n1, low) * choose(n2, passes - low);
  const found = new Map();
  for (let k = low; k <= high; k++) {
    found.set(k, number);
    number = (number * BigInt(n1 - k) * BigInt(passes - k)) / (BigInt(k + 1) * BigInt(n2 - passes + k + 1));
  }
  return found;
}

// Python's dictionaries keep one number for equal values, the last.
function merged(pairs) {
  const found = new Map(pairs.map(([value, number]) => [`${value.numerator}/${value.denominator}`, [value, number]]));
  return [...found.values()];
}

// Returns the chance that a sum of one step of each, every way equally likely, lies at least as far from 0.
function atLeast(seen, steps) {
  let common = seen.denominator;
  for (const step of steps) for (const [value] of step) common = common * (value.denominator / divisor(common, value.denominator));
  let sums = new Map([[0n, 1n]]);
  for (const step of steps) {
    const after = new Map();
    for (const [value, number] of step) {
      const move = value.numerator * (common / value.denominator);
      for (const [before, count] of sums) after.set(before + move, (after.get(before + move) ?? 0n) + count * number);
    }
    sums = after;
    if (sums.size > MOST_SUMS) return null;
  }
  const bar = seen.numerator * (common / seen.denominator);
  const far = [...sums].filter(([value]) => (value < 0n ? -value : value) >= bar).map(([, number]) => number);
  return new Fraction(total(far), total([...sums.values()])).toNumber();
}

function divisor(one, other) {
  while (other) [one, other] = [other, one % other];
  return one;
}
