(() => {
"use strict";
// quantity/fraction.js
const module0 = (() => {
// Exact numbers: a whole number over a whole number, always in lowest terms, the lower one positive.

class Fraction {
  constructor(numerator, denominator = 1n) {
    if (denominator === 0n) throw new RangeError("a fraction over nothing");
    if (denominator < 0n) [numerator, denominator] = [-numerator, -denominator];
    const shared = denominator === 1n ? 1n : divisor(numerator < 0n ? -numerator : numerator, denominator);
    this.numerator = numerator / shared;
    this.denominator = denominator / shared;
  }

  static of(value) {
    return value instanceof Fraction ? value : new Fraction(BigInt(value));
  }

  // Returns what a decimal spells: "-1.25", ".5", "3e-7".
  static parse(text) {
    const [mantissa, exponent = "0"] = text.toLowerCase().split("e");
    const [whole, rest = ""] = mantissa.replace(/^[+-]/, "").split(".");
    const size = new Fraction(BigInt(whole + rest || "0")).scaled(Number(exponent) - rest.length);
    return mantissa.startsWith("-") ? size.negated() : size;
  }

  get isWhole() {
    return this.denominator === 1n;
  }

  get sign() {
    return this.numerator > 0n ? 1 : this.numerator < 0n ? -1 : 0;
  }

  plus(other) {
    const { numerator, denominator } = Fraction.of(other);
    return new Fraction(this.numerator * denominator + numerator * this.denominator, this.denominator * denominator);
  }

  minus(other) {
    return this.plus(Fraction.of(other).negated());
  }

  times(other) {
    const { numerator, denominator } = Fraction.of(other);
    return new Fraction(this.numerator * numerator, this.denominator * denominator);
  }

  over(other) {
    const { numerator, denominator } = Fraction.of(other);
    return new Fraction(this.numerator * denominator, this.denominator * numerator);
  }

  scaled(power) {
    const ten = 10n ** BigInt(Math.abs(power));
    return power < 0 ? new Fraction(this.numerator, this.denominator * ten) : this.times(ten);
  }

  negated() {
    return new Fraction(-this.numerator, this.denominator);
  }

  abs() {
    return this.numerator < 0n ? this.negated() : this;
  }

  // Returns -1, 0 or 1.
  compare(other) {
    const { numerator, denominator } = Fraction.of(other);
    const [left, right] = [this.numerator * denominator, numerator * this.denominator];
    return left < right ? -1 : left > right ? 1 : 0;
  }

  equals(other) {
    return this.compare(other) === 0;
  }

  // The three return a BigInt; `round` takes ties to the even neighbour.
  floor() {
    const whole = this.numerator / this.denominator;
    return this.numerator < 0n && whole * this.denominator !== this.numerator ? whole - 1n : whole;
  }

  ceil() {
    return -this.negated().floor();
  }

  round() {
    const below = this.floor();
    const side = this.minus(below).compare(HALF);
    return side > 0 || (side === 0 && below % 2n !== 0n) ? below + 1n : below;
  }

  // Returns the nearest double, ties to even.
  toNumber() {
    if (this.numerator === 0n) return 0;
    const top = this.numerator < 0n ? -this.numerator : this.numerator;
    const shift = 66 - (top.toString(2).length - this.denominator.toString(2).length);
    const [above, below] = shift >= 0 ? [top << BigInt(shift), this.denominator] : [top, this.denominator << BigInt(-shift)];
    let quotient = above / below;
    if (quotient * below !== above) quotient |= 1n; // what was cut off still tells a tie from more than one
    return Math.sign(this.sign) * scaledByTwo(Number(quotient), -shift);
  }
}

function scaledByTwo(number, power) {
  for (; power < -1000; power += 1000) number *= 2 ** -1000;
  return number * 2 ** power;
}

function divisor(one, other) {
  while (other) [one, other] = [other, one % other];
  return one || 1n;
}

const smaller = (one, other) => (one.compare(other) <= 0 ? one : other);
const larger = (one, other) => (one.compare(other) >= 0 ? one : other);

const HALF = new Fraction(1n, 2n);
return { Fraction, smaller, larger };
})();
// facts/values.js
const module1 = (() => {
// Values as a pack stores them: null, true or false, a BigInt, a text, or {number: "0.7667"} with all its digits.

const { Fraction } = module0;

// Returns a value of the page's data: {"integer": "23"}, {"number": "0.7667"}, {"text": "23/30"}, true, null.
function valueOf(written) {
  if (written === null || typeof written === "boolean") return written;
  if (written.integer !== undefined) return BigInt(written.integer);
  return written.number !== undefined ? { number: written.number } : written.text;
}

// Returns what a cell of a table spells; null where it is missing.
function cellOf(text, type) {
  if (text === null) return null;
  if (type === "integer") return BigInt(text);
  if (type === "number") return { number: text };
  return type === "boolean" ? text === "true" : text;
}

// Returns the one way a value is written in a pack, "" for a missing one.
function spelled(value) {
  if (value === null) return "";
  if (typeof value === "object") return withoutExponent(value.number);
  return String(value);
}

const cellText = (value) => (value === null ? "nothing" : spelled(value));

// Returns whether two values are the same: numbers by what they are, not by how they are written.
function same(one, other) {
  const [left, right] = [one, other].map(numeric);
  return left && right ? left.equals(right) : one === other;
}

// Returns whether two values that were computed are the same, but for the last digit that is printed of a float: the
// browser's exp and log are not those of the machine that built the page.
function alike(one, other) {
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
return { valueOf, cellOf, spelled, cellText, same, alike };
})();
// facts/cells.js
const module2 = (() => {
// A cell by its path: `[pack.]table.column`, or `[pack.]table[key, ...].column`. clawpub/pack/query.py has the grammar.

const { cellOf, same } = module1;

const CELL = /^(?:([A-Za-z_]\w*)\.)?([A-Za-z_]\w*)(?:\[((?:"[^"]*"|[^[\]"])*)\])?\.([A-Za-z_]\w*)$/;
const KEY_PART = /\s*(?:"([^"]*)"|([^,]*?))\s*(?:,|$)/y;

const isQuery = (fact) => /^\s*(?:select|with)\b/i.test(fact);

// A fact that the tables at hand do not answer: `reason` says why.
class Unanswered extends Error {}

// Returns the cell that a path names. `tables` are by alias and name; the first alias may be left out.
function cellAt(path, tables) {
  const match = CELL.exec(path.trim());
  if (!match) throw new Unanswered(`${path} is neither a cell path nor a query`);
  const [, pack, name, key, column] = match;
  const table = tableOf(tables, pack, name);
  const place = table.columns.findIndex(([known]) => known === column);
  if (place < 0) throw new Unanswered(`table ${name} has no column ${column} here`);
  return cellOf(rowOf(table, name, key)[place], table.columns[place][1]);
}

function tableOf(tables, pack, name) {
  for (const alias of pack ? [pack] : Object.keys(tables)) {
    if (Object.hasOwn(tables, alias) && Object.hasOwn(tables[alias], name)) return tables[alias][name];
  }
  throw new Unanswered(`the table ${name} is not on this page`);
}

function rowOf(table, name, key) {
  if (key === undefined) {
    if (table.rows.length !== 1) throw new Unanswered(`table ${name} has ${table.rows.length} rows`);
    return table.rows[0];
  }
  const wanted = keyParts(key);
  const places = table.key.map((column) => table.columns.findIndex(([known]) => known === column));
  if (wanted.length !== places.length) throw new Unanswered(`${wanted.length} key values for table ${name}`);
  const row = table.rows.find((each) => places.every((place, number) => isKey(each[place], wanted[number], table.columns[place][1])));
  if (!row) throw new Unanswered(`table ${name} has no row ${key}`);
  return row;
}

function isKey(text, wanted, type) {
  if (text === wanted || text === null) return text === wanted;
  try {
    return same(cellOf(text, type), cellOf(wanted, type));
  } catch {
    return false; // no number
  }
}

// Returns the values between the brackets of a cell path.
function keyParts(key) {
  const bare = (text) => text.replace(/^'+|'+$/g, "");
  if (!/[",]/.test(key)) return [bare(key.trim())];
  const parts = [];
  KEY_PART.lastIndex = 0;
  for (;;) {
    const at = KEY_PART.lastIndex;
    const match = at <= key.length ? KEY_PART.exec(key) : null;
    if (!match) return at > key.length ? parts : [key];
    parts.push(match[1] ?? bare(match[2]));
    if (KEY_PART.lastIndex === key.length && !match[0].endsWith(",")) return parts;
  }
}
return { isQuery, Unanswered, cellAt, keyParts };
})();
// facts/statistics.js
const module3 = (() => {
// Intervals and percentiles: clawpub/stats.py in the browser, operation by operation, so that the same numbers come out.
// The gamma function is Python's own (Lanczos, as CPython's mathmodule.c has it).

const { Fraction } = module0;

const Z = 1.9599639845400536; // NormalDist().inv_cdf(0.975)
const CONFIDENCE = 0.95;

function wilson(k, n) {
  checkCount(k, n);
  return scoreInterval(k / n, n);
}

function clusteredInterval(passes, runs) {
  return scoreInterval(sum(passes) / sum(runs), effectiveRuns(passes, runs));
}

// Returns how many independent runs would tell as much; between 0 and all runs.
function effectiveRuns(passes, runs) {
  const pairs = passes.map((k, place) => [k, runs[place]]).filter(([k, n]) => n !== 0 || k !== 0);
  for (const [k, n] of pairs) checkCount(k, n);
  const total = sum(pairs.map(([, n]) => n)), tasks = pairs.length;
  if (!total) throw new RangeError("no runs, so there is no rate");
  const rate = sum(pairs.map(([k]) => k)) / total;
  if (rate === 0 || rate === 1 || tasks === 1) return tasks;
  const spread = exactSum(pairs.map(([k, n]) => (k - rate * n) ** 2));
  const variance = ((tasks / (tasks - 1)) * spread) / total ** 2;
  const tail = 1 - (1 - CONFIDENCE) / 2;
  const freedom = (tQuantile(tail, total - 1) / tQuantile(tail, tasks - 1)) ** 2;
  const spare = rate * (1 - rate) * freedom;
  return spare >= variance * total ? total : spare / variance;
}

function checkCount(k, n) {
  if (!(n > 0) || k < 0 || k > n) throw new RangeError(`${k} of ${n} runs: passes must lie between 0 and the runs`);
}

function scoreInterval(rate, size) {
  const scale = 1 + (Z * Z) / size;
  const centre = (rate + (Z * Z) / (2 * size)) / scale;
  const margin = (Z * Math.sqrt((rate * (1 - rate)) / size + (Z * Z) / (4 * size * size))) / scale;
  return { low: rate === 0 ? 0 : Math.max(0, centre - margin), high: rate === 1 ? 1 : Math.min(1, centre + margin) };
}

// Returns the t at which Student's distribution with `freedom` degrees of freedom reaches `probability`.
function tQuantile(probability, freedom) {
  if (probability < 0.5) return -tQuantile(1 - probability, freedom);
  let low = 0, high = 1;
  while (tCdf(high, freedom) < probability) [low, high] = [high, 2 * high];
  while (high - low > 1e-12 * Math.max(1, high)) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (tCdf(middle, freedom) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

// Returns the chance that Student's t lies at least as far from 0 as `t`, to either side.
function tTwoSided(t, freedom) {
  if (!Number.isFinite(t)) return 0;
  return t ? incompleteBeta(freedom / 2, 0.5, freedom / (freedom + t * t)) : 1;
}

const tCdf = (t, freedom) => 1 - tTwoSided(t, freedom) / 2;

// Returns the regularised incomplete beta function I_x(a, b), by Lentz's continued fraction.
function incompleteBeta(a, b, x) {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, 1 - x);
  const front = Math.exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return (front * betaFraction(a, b, x)) / a;
}

function betaFraction(a, b, x) {
  const tiny = 1e-300;
  const nonzero = (value) => (Math.abs(value) > tiny ? value : tiny);
  let c = 1, d = 1 / nonzero(1 - ((a + b) * x) / (a + 1)), result = d;
  for (let m = 1; m < 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    const before = result;
    for (const step of [even, odd]) {
      d = 1 / nonzero(1 + step * d);
      c = nonzero(1 + step / c);
      result *= c * d;
    }
    if (Math.abs(result - before) <= 1e-15 * Math.abs(result)) break;
  }
  return result;
}

const LANCZOS_G = 6.024680040776729583740234375;
const LANCZOS_ABOVE = [
  23531376880.410759688572007674451636754734846804940, 42919803642.649098768957899047001988850926355848959,
  35711959237.355668049440185451547166705960488635843, 17921034426.037209699919755754458931112671403265390,
  6039542586.3520280050642916443072979210699388420708, 1439720407.3117216736632230727949123939715485786772,
  248874557.86205415651146038641322942321632125127801, 31426415.585400194380614231628318205362874684987640,
  2876370.6289353724412254090516208496135991145378768, 186056.26539522349504029498971604569928220784236328,
  8071.6720023658162106380029022722506138218516325024, 210.82427775157934587250973392071336271166969580291,
  2.5066282746310002701649081771338373386264310793408,
];
const LANCZOS_BELOW = [
  0, 39916800, 120543840, 150917976, 105258076, 45995730, 13339535, 2637558, 357423, 32670, 1925, 66, 1,
];

function lanczosSum(x) {
  let above = 0, below = 0;
  if (x < 5) {
    for (let i = 12; i >= 0; i--) {
      above = above * x + LANCZOS_ABOVE[i];
      below = below * x + LANCZOS_BELOW[i];
    }
  } else {
    for (let i = 0; i < 13; i++) {
      above = above / x + LANCZOS_ABOVE[i];
      below = below / x + LANCZOS_BELOW[i];
    }
  }
  return above / below;
}

// For x > 0.
function lgamma(x) {
  if (x === 1 || x === 2) return 0;
  if (x < 1e-20) return -Math.log(x);
  return Math.log(lanczosSum(x)) - LANCZOS_G + (x - 0.5) * (Math.log(x + LANCZOS_G - 0.5) - 1);
}

// Returns the q-th percentile, q in 0..100, by linear interpolation between the two nearest ranks.
function percentile(values, q) {
  if (!(q >= 0 && q <= 100)) throw new RangeError(`q is ${q}, expected a number from 0 to 100`);
  const ordered = [...values].sort((one, other) => one - other);
  const rank = ((ordered.length - 1) * q) / 100;
  const below = Math.min(Math.floor(rank), ordered.length - 1), above = Math.min(below + 1, ordered.length - 1);
  const low = ordered[below], high = ordered[above];
  return Math.min(Math.max(low + (high - low) * (rank - below), low), high);
}

const sum = (numbers) => numbers.reduce((one, other) => one + other, 0);

// Returns the double nearest to the true sum, as Python's fsum does.
function exactSum(numbers) {
  return numbers.map(fractionOf).reduce((one, other) => one.plus(other)).toNumber();
}

function fractionOf(number) {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, number);
  const bits = view.getBigUint64(0), power = Number((bits >> 52n) & 0x7ffn), rest = bits & 0xfffffffffffffn;
  const size = power ? rest | (1n << 52n) : rest, shift = (power || 1) - 1075;
  const exact = shift >= 0 ? new Fraction(size << BigInt(shift)) : new Fraction(size, 1n << BigInt(-shift));
  return bits >> 63n ? exact.negated() : exact;
}
return { wilson, clusteredInterval, effectiveRuns, tQuantile, tTwoSided, percentile };
})();
// facts/differences.js
const module4 = (() => {
// Whether two models' pass rates differ: clawpub/differences.py in the browser. A count is [passes, runs], both Numbers.

const { Fraction } = module0;
const { tQuantile, tTwoSided } = module3;

const ALPHA = 0.05;
const MOST_SUMS = 100_000;
const NONE = new Fraction(0n);
const rate = (k, n) => new Fraction(BigInt(k), BigInt(n));
const total = (numbers) => numbers.reduce((one, other) => one + other, 0n);

// Returns the two-sided p-value of Fisher's exact test.
function fisher([k1, n1], [k2, n2]) {
  checked(k1, n1);
  checked(k2, n2);
  const found = ways(n1, n2, k1 + k2), all = [...found.values()], seen = found.get(k1);
  return new Fraction(total(all.filter((number) => number <= seen)), total(all)).toNumber();
}

// Returns the exact two-sided p-value where the runs of each task are exchanged; null where there are too many sums.
function exchangeWithinTasks(ones, others) {
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
function signFlip(differences) {
  const steps = differences.filter((each) => each.sign).map((each) => [[each, 1n], [each.negated(), 1n]]);
  return atLeast(differences.reduce((one, other) => one.plus(other), NONE).abs(), steps);
}

// Returns the paired t-test over differences by task: p, and the ends of the mean's interval or null.
function pairedT(differences) {
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
function bestCase(difference, tasks) {
  if (tasks < 1) throw new RangeError("no tasks to split it over");
  const size = Math.abs(difference), each = Math.floor(size / tasks), rest = size % tasks;
  const split = Array.from({ length: tasks }, (_, place) => Fraction.of(each + (place < rest ? 1 : 0)));
  return { t: tasks > 1 ? pairedT(split).p : null, signFlip: Math.min(1, 2 ** (1 - Math.min(size, tasks))) };
}

// Returns the least difference, in passes, that a design could have told from zero; null where none would have done.
function detectable(tasks, runs) {
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
return { fisher, exchangeWithinTasks, signFlip, pairedT, bestCase, detectable };
})();
// facts/functions.js
const module5 = (() => {
// Statistics that a fact may call, beside SQLite's own functions: clawpub/pack/functions.py says what each is.

const { Fraction } = module0;
const { bestCase, detectable, exchangeWithinTasks, fisher, pairedT, signFlip } = module4;
const { clusteredInterval, percentile, wilson } = module3;

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
const SCALARS = {
  wilson_low: [2, scalar((k, n) => wilson(k, n).low)],
  wilson_high: [2, scalar((k, n) => wilson(k, n).high)],
  fisher_p: [4, scalar((k1, n1, k2, n2) => fisher([k1, n1], [k2, n2]))],
  best_t_p: [2, scalar((passes, tasks) => bestCase(passes, tasks).t)],
  best_signs_p: [2, scalar((passes, tasks) => bestCase(passes, tasks).signFlip)],
  detectable_t: [2, scalar((tasks, runs) => detectable(tasks, runs).t)],
  detectable_signs: [2, scalar((tasks, runs) => detectable(tasks, runs).signFlip)],
};

// By name: how many arguments, and the value of rows of counts.
const OVER_TASKS = {
  clustered_low: [2, clustered("low")],
  clustered_high: [2, clustered("high")],
  paired_p: [4, (rows) => pairedT(differences(rows)).p],
  paired_low: [4, paired("low")],
  paired_high: [4, paired("high")],
  sign_flip_p: [4, (rows) => signFlip(differences(rows))],
  exchange_p: [4, (rows) => exchangeWithinTasks(rows.map(([k, n]) => [k, n]), rows.map(([, , k, n]) => [k, n]))],
};

// Returns the value of an aggregate of SCALARS' kin over rows of cells; rows in which something is missing are left out.
function overTasks(name, rows) {
  const kept = rows.filter(counted).map((row) => row.map(whole));
  return kept.length ? OVER_TASKS[name][1](kept) : null;
}

function overValues(rows, fallback = 50) {
  const kept = rows.filter(([value]) => value !== null);
  if (kept.some((row) => row.some((cell) => cell === null || typeof cell === "string"))) {
    throw new RangeError("a percentile is of numbers");
  }
  return kept.length ? percentile(kept.map(([value]) => Number(value)), Number(kept.at(-1)[1] ?? fallback)) : null;
}
return { SCALARS, OVER_TASKS, overTasks, overValues };
})();
// facts/sqlite.js
const module6 = (() => {
// Queries, by the SQLite of sqlite.org: fetched from this site when the first query is to be answered, not before.

const { Unanswered } = module2;
const { OVER_TASKS, overTasks, overValues, SCALARS } = module5;
const { cellOf } = module1;

const TYPES = { integer: "INTEGER", number: "REAL", boolean: "INTEGER", string: "TEXT", datetime: "TEXT" };
let loading = null;

// Returns SQLite, loaded from the script at `url`, once.
function loadSqlite(url) {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.addEventListener("load", () => resolve(globalThis.clawpubSqlite()));
    script.addEventListener("error", () => {
      loading = null;
      reject(new Unanswered("SQLite could not be loaded"));
    });
    document.head.append(script);
  });
  return loading;
}

// Returns what answers queries over tables by alias and name: the values of the first column.
function openDatabase(sqlite, tables) {
  const database = new sqlite.oo1.DB(":memory:", "c");
  addFunctions(sqlite, database);
  for (const [alias, some] of Object.entries(tables)) {
    database.exec(`attach ':memory:' as ${named(alias)}`);
    for (const [name, table] of Object.entries(some)) addTable(database, alias, name, table);
  }
  return { ask: (query) => answered(sqlite, database, query), close: () => database.close() };
}

const named = (name) => `"${name.replaceAll('"', '""')}"`;

function addTable(database, alias, name, { columns, rows }) {
  const place = `${named(alias)}.${named(name)}`;
  database.exec(`create table ${place} (${columns.map(([column, type]) => `${named(column)} ${TYPES[type]}`).join(", ")})`);
  const statement = database.prepare(`insert into ${place} values (${columns.map(() => "?").join(", ")})`);
  try {
    for (const row of rows) {
      row.forEach((text, number) => statement.bind(number + 1, bound(cellOf(text, columns[number][1]))));
      statement.stepReset();
    }
  } finally {
    statement.finalize();
  }
}

function bound(cell) {
  if (typeof cell === "boolean") return cell ? 1 : 0;
  return cell !== null && typeof cell === "object" ? Number(cell.number) : cell;
}

function addFunctions(sqlite, database) {
  const groupOf = (context) => sqlite.capi.sqlite3_aggregate_context(context, 8);
  for (const [name, [arity, value]] of Object.entries(SCALARS)) {
    database.createFunction({ name, arity, deterministic: true, xFunc: (_, ...cells) => value(...cells) });
  }
  const aggregate = (name, arity, value) => {
    const groups = new Map(); // by the place in SQLite's memory that a group has to itself
    database.createFunction({
      name,
      arity,
      xStep: (context, ...cells) => {
        const place = groupOf(context);
        if (!groups.has(place)) groups.set(place, []);
        groups.get(place).push(cells);
      },
      xFinal: (context) => {
        const place = groupOf(context);
        const rows = groups.get(place) ?? [];
        groups.delete(place);
        return value(rows);
      },
    });
  };
  for (const [name, [arity]] of Object.entries(OVER_TASKS)) aggregate(name, arity, (rows) => overTasks(name, rows));
  aggregate("median", 1, (rows) => overValues(rows));
  aggregate("percentile", 2, (rows) => overValues(rows));
}

function answered(sqlite, database, query) {
  const { capi } = sqlite;
  const found = [];
  let statement;
  try {
    statement = database.prepare(query);
    if (statement.columnCount !== 1) throw new Unanswered(`the query gives ${statement.columnCount} columns`);
    while (statement.step()) found.push(readCell(capi, statement));
    return found;
  } catch (error) {
    throw error instanceof Unanswered ? error : new Unanswered(`SQLite says: ${error.message}`);
  } finally {
    statement?.finalize();
  }
}

function readCell(capi, statement) {
  switch (capi.sqlite3_column_type(statement.pointer, 0)) {
    case capi.SQLITE_NULL:
      return null;
    case capi.SQLITE_INTEGER:
      return BigInt(statement.get(0));
    case capi.SQLITE_FLOAT:
      return printedFloat(statement.get(0));
    case capi.SQLITE_TEXT:
      return statement.get(0);
  }
  throw new Unanswered("the query gives binary data");
}

// Floats lose the noise behind their 15th digit, so that 0.1 + 0.2 reads 0.3.
function printedFloat(number) {
  if (!Number.isFinite(number)) return null;
  const [mantissa, exponent] = number.toPrecision(15).split("e");
  const short = mantissa.includes(".") ? mantissa.replace(/0+$/, "").replace(/\.$/, "") : mantissa;
  return { number: exponent === undefined ? short : `${short}e${exponent}` };
}
return { loadSqlite, openDatabase, printedFloat };
})();
// pack/csv.js
const module7 = (() => {
// The rows of a CSV file (RFC 4180).

function readCsv(text) {
  const rows = [];
  let row = [], cell = "", at = text.startsWith("\ufeff") ? 1 : 0, inQuotes = false;
  const endCell = () => {
    row.push(cell);
    cell = "";
  };
  const endRow = () => {
    endCell();
    rows.push(row);
    row = [];
  };
  for (; at < text.length; at++) {
    const char = text[at];
    if (inQuotes) {
      if (char !== '"') cell += char;
      else if (text[at + 1] === '"') cell += text[++at];
      else inQuotes = false;
    } else if (char === '"') inQuotes = true;
    else if (char === ",") endCell();
    else if (char === "\n") endRow();
    else if (char !== "\r" || text[at + 1] !== "\n") cell += char;
  }
  if (cell || row.length) endRow();
  return rows;
}
return { readCsv };
})();
// pack/sha256.js
const module8 = (() => {
// SHA-256 (FIPS 180-4): the browser's own where it has one, which is not where a page was opened from a folder.

async function digestOf(bytes) {
  const digest = globalThis.crypto?.subtle
    ? new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))
    : sha256(bytes);
  return "sha256:" + [...digest].map((each) => each.toString(16).padStart(2, "0")).join("");
}

const K = new Uint32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
  0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
  0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
  0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
  0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
  0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);

function sha256(bytes) {
  const state = new Uint32Array([
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  ]);
  const length = Math.ceil((bytes.length + 9) / 64) * 64, padded = new Uint8Array(length);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(length - 8, BigInt(bytes.length) * 8n);
  const words = new Uint32Array(64);
  for (let at = 0; at < length; at += 64) block(state, words, view, at);
  const out = new DataView(new ArrayBuffer(32));
  state.forEach((word, place) => out.setUint32(4 * place, word));
  return new Uint8Array(out.buffer);
}

const turned = (word, by) => (word >>> by) | (word << (32 - by));

function block(state, words, view, at) {
  for (let i = 0; i < 16; i++) words[i] = view.getUint32(at + 4 * i);
  for (let i = 16; i < 64; i++) {
    const one = words[i - 15], two = words[i - 2];
    const small = turned(one, 7) ^ turned(one, 18) ^ (one >>> 3), large = turned(two, 17) ^ turned(two, 19) ^ (two >>> 10);
    words[i] = words[i - 16] + small + words[i - 7] + large;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const first = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + words[i]) | 0;
    const second = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, place) => (state[place] += word));
}
return { digestOf, sha256 };
})();
// pack/zip.js
const module9 = (() => {
// The files of a zip archive, by their paths: those stored and those deflated, which the browser inflates itself.

const END = 0x06054b50, ENTRY = 0x02014b50;
const MOST = 256 << 20; // bytes of all files, as of one in clawpub/pack/reader.py

async function unzip(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOf(view);
  const count = view.getUint16(end + 10, true);
  const files = new Map();
  let at = view.getUint32(end + 16, true), total = 0;
  for (let number = 0; number < count; number++) {
    if (view.getUint32(at, true) !== ENTRY) throw new Error("its list of files is damaged");
    const method = view.getUint16(at + 10, true), packed = view.getUint32(at + 20, true), size = view.getUint32(at + 24, true);
    const [name, extra, comment] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
    const path = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + name));
    total += size;
    if (total > MOST) throw new Error(`it unpacks to more than ${MOST >> 20} MB`);
    if (!path.endsWith("/")) files.set(path, await contentOf(bytes, view, view.getUint32(at + 42, true), method, packed, size, path));
    at += 46 + name + extra + comment;
  }
  return files;
}

function endOf(view) {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 65_557); at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw new Error("it is no zip archive");
}

async function contentOf(bytes, view, at, method, packed, size, path) {
  const start = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  const data = bytes.subarray(start, start + packed);
  if (method !== 0 && method !== 8) throw new Error(`${path} is packed in a way that no browser unpacks`);
  return method === 0 ? data : inflated(data, "deflate-raw", size, path);
}

// Returns what packed bytes hold; what is damaged comes back as it is, so that its digest names it.
async function inflated(data, format, most, path) {
  const parts = [];
  let length = 0;
  try {
    const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream(format)).getReader();
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      length += step.value.length;
      if (length > most) throw new Error(`${path} unpacks to more than it says`);
      parts.push(step.value);
    }
  } catch {
    return data;
  }
  const whole = new Uint8Array(length);
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}
return { unzip, inflated };
})();
// pack/reader.js
const module10 = (() => {
// A sealed pack out of its zip archive: every file compared with the digest that the descriptor has of it.

const { readCsv } = module7;
const { digestOf } = module8;
const { inflated, unzip } = module9;

const DESCRIPTOR = "datapackage.json";
const TYPES = { any: "string", year: "integer" };
const MOST = 256 << 20;

// Returns the pack's digest, how many files it has, what of it was changed, and what reads its tables.
async function openPack(bytes) {
  const files = await unzip(bytes);
  const found = [...files.keys()].filter((path) => path.split("/").at(-1) === DESCRIPTOR).sort((a, b) => a.length - b.length)[0];
  if (found === undefined) throw new Error(`it holds no ${DESCRIPTOR}`);
  const folder = found.slice(0, -DESCRIPTOR.length), raw = files.get(found);
  const digest = await digestOf(raw);
  const seal = files.get(`${folder}SEAL`);
  const sealed = seal ? new TextDecoder().decode(seal).split(/\s/)[0] : null;
  const changed = sealed === digest ? [] : [seal ? `${DESCRIPTOR} is not the one that was sealed` : "SEAL is missing"];
  if (changed.length) return { digest, files: files.size, changed, tables: () => ({}) };
  const descriptor = JSON.parse(new TextDecoder().decode(raw));
  const contents = new Map();
  for (const resource of descriptor.resources) {
    const data = files.get(folder + resource.path);
    if (!data) changed.push(`${resource.path} is missing`);
    else if (data.length !== resource.bytes || (await digestOf(data)) !== resource.hash) changed.push(resource.path);
    else contents.set(resource.name, resource.path.endsWith(".gz") ? await inflated(data, "gzip", MOST, resource.path) : data);
  }
  return { digest, files: files.size, changed, tables: () => tablesOf(descriptor, contents) };
}

function tablesOf(descriptor, contents) {
  const tables = {};
  for (const resource of descriptor.resources.filter((each) => each.type === "table" && each.schema)) {
    const { fields, primaryKey = [], missingValues = [""] } = resource.schema;
    const [, ...rows] = readCsv(new TextDecoder().decode(contents.get(resource.name)));
    const missing = missingValues.map((each) => (typeof each === "string" ? each : each.value));
    tables[resource.name] = {
      columns: fields.map(({ name, type = "string" }) => [name, TYPES[type] ?? type]),
      key: typeof primaryKey === "string" ? [primaryKey] : primaryKey,
      rows: rows.map((row) => row.map((text) => (missing.includes(text) ? null : text))),
    };
  }
  return tables;
}
return { openPack };
})();
// quantity/vocabulary.js
const module11 = (() => {
// Written by generator/vocabulary.py out of clawpub/quantity.
const UNITS = new Map([["zero", 0], ["one", 1], ["two", 2], ["three", 3], ["four", 4], ["five", 5], ["six", 6], ["seven", 7], ["eight", 8], ["nine", 9], ["ten", 10], ["eleven", 11], ["twelve", 12], ["thirteen", 13], ["fourteen", 14], ["fifteen", 15], ["sixteen", 16], ["seventeen", 17], ["eighteen", 18], ["nineteen", 19]]);
const TENS = new Map([["twenty", 20], ["thirty", 30], ["forty", 40], ["fifty", 50], ["sixty", 60], ["seventy", 70], ["eighty", 80], ["ninety", 90]]);
const SCALES = new Map([["thousand", 3], ["million", 6], ["billion", 9], ["trillion", 12]]);
const SUFFIX_SCALES = new Map([["K", 3], ["k", 3], ["M", 6], ["B", 9], ["b", 9], ["T", 12], ["bn", 9], ["Bn", 9], ["mn", 6], ["mln", 6], ["tn", 12]]);
const SPACED_SCALES = new Map([["K", 3], ["k", 3], ["M", 6], ["bn", 9], ["Bn", 9], ["mn", 6], ["mln", 6], ["tn", 12]]);
const SMALL_ORDINALS = new Map([["first", 1], ["second", 2], ["third", 3], ["fourth", 4], ["fifth", 5], ["sixth", 6], ["seventh", 7], ["eighth", 8], ["ninth", 9], ["tenth", 10], ["eleventh", 11], ["twelfth", 12], ["thirteenth", 13], ["fourteenth", 14], ["fifteenth", 15], ["sixteenth", 16], ["seventeenth", 17], ["eighteenth", 18], ["nineteenth", 19], ["twentieth", 20], ["thirtieth", 30], ["fortieth", 40], ["fiftieth", 50], ["sixtieth", 60], ["seventieth", 70], ["eightieth", 80], ["ninetieth", 90]]);
const ORDINAL_SUFFIXES = new Set(["nd", "rd", "st", "th"]);
const PARTS = new Map([["half", 2], ["third", 3], ["quarter", 4], ["fourth", 4], ["fifth", 5], ["sixth", 6], ["seventh", 7], ["eighth", 8], ["ninth", 9], ["tenth", 10], ["twelfth", 12], ["sixteenth", 16], ["twentieth", 20], ["hundredth", 100], ["thousandth", 1000]]);
const PARTS_PLURAL = new Map([["halves", 2], ["thirds", 3], ["quarters", 4], ["fourths", 4], ["fifths", 5], ["sixths", 6], ["sevenths", 7], ["eighths", 8], ["ninths", 9], ["tenths", 10], ["twelfths", 12], ["sixteenths", 16], ["twentieths", 20], ["hundredths", 100], ["thousandths", 1000]]);
const GLYPHS = new Map([["\u00bd", [1, 2]], ["\u2153", [1, 3]], ["\u2154", [2, 3]], ["\u00bc", [1, 4]], ["\u00be", [3, 4]], ["\u2155", [1, 5]], ["\u2156", [2, 5]], ["\u2157", [3, 5]], ["\u2158", [4, 5]], ["\u2159", [1, 6]], ["\u215a", [5, 6]], ["\u2150", [1, 7]], ["\u215b", [1, 8]], ["\u215c", [3, 8]], ["\u215d", [5, 8]], ["\u215e", [7, 8]], ["\u2151", [1, 9]], ["\u2152", [1, 10]]]);
const MULTIPLES = new Map([["twice", "2"], ["thrice", "3"], ["doubled", "2"], ["doubles", "2"], ["doubling", "2"], ["tripled", "3"], ["triples", "3"], ["tripling", "3"], ["quadrupled", "4"], ["quadruples", "4"], ["quadrupling", "4"], ["halved", "0.5"], ["halves", "0.5"], ["halving", "0.5"]]);
const MULTIPLE_ADJECTIVES = new Map([["double", "2"], ["triple", "3"], ["treble", "3"], ["quadruple", "4"]]);
const CURRENCIES = new Map([["$", "USD"], ["\u20ac", "EUR"], ["\u00a3", "GBP"], ["\u00a5", "JPY"]]);
const CURRENCY_WORDS = new Map([["dollars", ["USD", 0]], ["dollar", ["USD", 0]], ["usd", ["USD", 0]], ["cents", ["USD", -2]], ["cent", ["USD", -2]], ["euros", ["EUR", 0]], ["euro", ["EUR", 0]], ["eur", ["EUR", 0]], ["gbp", ["GBP", 0]]]);
const HEDGES = new Set(["about", "almost", "approx", "approximately", "around", "circa", "close to", "in the region of", "ish", "nearly", "on the order of", "or so", "practically", "roughly", "some", "virtually", "~", "\u223c", "\u2243", "\u2248"]);
const BOUNDS = new Map([["at least", ">="], ["no fewer than", ">="], ["no less than", ">="], ["not less than", ">="], ["not fewer than", ">="], ["a minimum of", ">="], ["minimum of", ">="], ["as few as", ">="], ["as little as", ">="], ["as low as", ">="], ["\u2265", ">="], ["\u2a7e", ">="], [">=", ">="], ["=>", ">="], ["at most", "<="], ["no more than", "<="], ["not more than", "<="], ["no greater than", "<="], ["up to", "<="], ["within", "<="], ["a maximum of", "<="], ["maximum of", "<="], ["as many as", "<="], ["as much as", "<="], ["as high as", "<="], ["as long as", "<="], ["\u2264", "<="], ["\u2a7d", "<="], ["<=", "<="], ["=<", "<="], ["more than", ">"], ["greater than", ">"], ["higher than", ">"], ["longer than", ">"], ["larger than", ">"], ["above", ">"], ["exceeding", ">"], ["exceeds", ">"], ["exceeded", ">"], ["exceed", ">"], ["beyond", ">"], ["over", ">"], ["upwards of", ">"], ["upward of", ">"], ["in excess of", ">"], ["north of", ">"], [">", ">"], ["fewer than", "<"], ["less than", "<"], ["lower than", "<"], ["shorter than", "<"], ["smaller than", "<"], ["under", "<"], ["below", "<"], ["sub", "<"], ["short of", "<"], ["shy of", "<"], ["<", "<"]]);
const BOUNDS_AFTER = new Map([["or more", ">="], ["or higher", ">="], ["or above", ">="], ["or greater", ">="], ["or better", ">="], ["or longer", ">="], ["and above", ">="], ["and up", ">="], ["and over", ">="], ["at minimum", ">="], ["at least", ">="], ["or fewer", "<="], ["or less", "<="], ["or lower", "<="], ["or below", "<="], ["or under", "<="], ["or shorter", "<="], ["and below", "<="], ["and under", "<="], ["at maximum", "<="], ["at most", "<="]]);
const OPPOSITE = new Map([[">", "<="], ["<", ">="], [">=", "<"], ["<=", ">"]]);
const NEGATIONS = new Set(["cannot", "never", "not"]);
const AUXILIARIES = new Set(["a", "any", "be", "been", "being", "even", "ever", "had", "has", "have", "once", "the"]);
const QUANTIFIERS = new Map([["exactly", "exactly"], ["precisely", "exactly"], ["only", "only"], ["just", "only"], ["all", "all"]]);
const OVER_AFTER = new Set(["a", "and", "are", "at", "averaged", "averages", "averaging", "be", "been", "being", "consumed", "consumes", "cost", "costing", "costs", "for", "from", "had", "has", "have", "in", "is", "just", "lasted", "lasts", "made", "makes", "needed", "needs", "now", "of", "only", "or", "reached", "reaches", "scored", "scores", "scoring", "slightly", "spends", "spent", "still", "take", "takes", "taking", "than", "the", "to", "took", "used", "uses", "using", "was", "well", "were", "with"]);
const UP = new Set(["above", "better", "bigger", "greater", "higher", "larger", "longer", "more"]);
const DOWN = new Set(["below", "cheaper", "fewer", "less", "lower", "shorter", "smaller", "worse"]);
const NEUTRAL = new Set(["faster", "quicker", "slower"]);
const AFTER_TIMES = new Set(["above", "as", "below", "better", "bigger", "cheaper", "faster", "fewer", "greater", "her", "higher", "his", "its", "larger", "less", "longer", "lower", "more", "our", "quicker", "shorter", "slower", "smaller", "that", "the", "their", "these", "this", "those", "what", "worse"]);
const MONTHS = new Map([["january", 1], ["jan", 1], ["february", 2], ["feb", 2], ["march", 3], ["mar", 3], ["april", 4], ["apr", 4], ["may", 5], ["june", 6], ["jun", 6], ["july", 7], ["jul", 7], ["august", 8], ["aug", 8], ["september", 9], ["sep", 9], ["sept", 9], ["october", 10], ["oct", 10], ["november", 11], ["nov", 11], ["december", 12], ["dec", 12]]);
const AFTER_DATE = new Set(["after", "and", "at", "before", "by", "for", "in", "is", "of", "on", "the", "through", "to", "until", "was", "were", "with"]);
const REFERENCES = new Set(["appendix", "chapter", "equation", "fig", "figure", "footnote", "section", "table"]);
const VERSIONED = new Set(["arxiv", "cve", "doi", "iso", "pep", "python", "release", "revision", "rfc", "version"]);
const FUNCTION = new Set(["a", "about", "above", "after", "against", "all", "also", "although", "am", "among", "an", "and", "any", "are", "as", "at", "be", "because", "been", "before", "being", "below", "between", "both", "but", "by", "can", "could", "did", "do", "does", "during", "each", "even", "every", "for", "from", "had", "has", "have", "he", "here", "how", "i", "if", "in", "into", "is", "it", "its", "just", "may", "me", "might", "must", "my", "no", "nor", "not", "of", "on", "only", "onto", "or", "our", "over", "per", "shall", "she", "should", "since", "so", "some", "still", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "though", "to", "too", "under", "until", "upon", "us", "very", "via", "was", "we", "were", "what", "when", "where", "whether", "which", "while", "who", "whom", "whose", "why", "will", "with", "without", "would", "yet", "you", "your"]);
const COUNTED = new Set(["abort", "answer", "answers", "attempt", "attempts", "bug", "byte", "bytes", "call", "calls", "campaign", "campaigns", "case", "cases", "cent", "change", "changes", "checker", "claim", "claims", "column", "columns", "crash", "day", "days", "dollar", "error", "errors", "exception", "fact", "facts", "failure", "failures", "file", "finding", "findings", "harness", "hour", "hours", "incident", "infrastructure", "line", "lines", "minute", "minutes", "mode", "model", "models", "modes", "month", "months", "outlier", "outliers", "pack", "packs", "parameter", "parameters", "pass", "passes", "percent", "point", "points", "prediction", "predictions", "prompt", "provider", "providers", "question", "record", "records", "region", "regression", "request", "requests", "result", "results", "retries", "retry", "row", "rows", "run", "runs", "sample", "samples", "second", "seconds", "step", "steps", "table", "task", "tasks", "test", "tests", "time", "timeout", "timeouts", "times", "token", "tokens", "tool", "tries", "try", "turn", "turns", "week", "weeks", "write-up", "year", "years"]);
const SIZED = new Set(["bytes", "calls", "examples", "param", "parameter", "parameters", "params", "records", "requests", "rows", "token", "tokens", "users", "weights"]);
const NOT_AFTER_ONE = new Set(["another", "caveat", "day", "example", "explanation", "hand", "interpretation", "might", "other", "possibility", "question", "reason", "sense", "side", "such", "thing", "way"]);
const NOT_BEFORE_ONE = new Set(["another", "any", "each", "either", "every", "everyone", "neither", "no", "that", "this", "which"]);
const AFTER_ONE = new Set(["above", "ahead", "behind", "below", "better", "fewer", "higher", "in", "less", "lower", "more", "out", "short", "worse"]);
const BEFORE_ONE = new Set(["by", "exactly", "just", "least", "most", "only", "than"]);
const AFTER_HALF = new Set(["again", "are", "as", "had", "have", "is", "its", "more", "of", "that", "the", "their", "these", "this", "those", "was", "were", "what"]);
const BEFORE_HALF = new Set(["about", "almost", "by", "exactly", "in", "nearly", "only", "over", "roughly", "than", "under"]);
const AFTER_DOUBLE = new Set(["its", "that", "the", "their", "this", "what"]);
const NOT_AFTER_NO = new Set(["better", "chance", "different", "doubt", "fewer", "good", "idea", "later", "less", "longer", "matter", "means", "more", "need", "one", "question", "reason", "sense", "sooner", "stranger", "such", "surprise", "way", "wonder", "worse"]);
const COMPOUNDS = new Map([["zero", new Set(["based", "cost", "day", "indexed", "shot", "sum"])], ["one", new Set(["hot", "liner", "off", "on", "shot", "sided", "size", "time", "to", "way"])], ["two", new Set(["fold", "sided", "tailed", "way"])], ["three", new Set(["way"])], ["second", new Set(["class", "guess", "hand", "order", "rate"])], ["third", new Set(["party", "person", "rate"])], ["half", new Set(["baked", "hearted", "life", "way"])], ["double", new Set(["blind", "check", "click", "digit", "edged"])], ["single", new Set(["threaded"])], ["triple", new Set(["digit"])]]);
const SPACED_COMPOUNDS = new Map([["second", new Set(["guess", "half"])], ["third", new Set(["party", "person"])], ["double", new Set(["digits", "precision"])]]);
const RANKED = new Set(["came", "come", "comes", "finished", "finishes", "place", "placed", "places", "rank", "ranked", "ranks"]);
const ODD = "\ue000";
const HIDDEN = "\ue001";
const BIDI = /[\u{202a}-\u{202e}\u{2066}-\u{2069}]/v;
const WIDE_SPACES = "\u00a0\u202f\u2009\u2007";
const TYPOGRAPHY = new Set([" ", "\u00a0", "\u00a2", "\u00a3", "\u00a5", "\u00b0", "\u00b5", "\u00bc", "\u00bd", "\u00be", "\u00d7", "\u03bc", "\u2007", "\u2009", "\u2011", "\u2012", "\u2013", "\u2014", "\u202f", "\u2030", "\u20ac", "\u2150", "\u2151", "\u2152", "\u2153", "\u2154", "\u2155", "\u2156", "\u2157", "\u2158", "\u2159", "\u215a", "\u215b", "\u215c", "\u215d", "\u215e", "\u2212", "\u223c", "\u2243", "\u2248", "\u2264", "\u2265", "\u2a7d", "\u2a7e"]);
const TWINS = new Map([["\u0430", "a"], ["\u0435", "e"], ["\u043e", "o"], ["\u0440", "p"], ["\u0441", "c"], ["\u0443", "y"], ["\u0445", "x"], ["\u0456", "i"], ["\u0458", "j"], ["\u0455", "s"], ["\u04bb", "h"], ["\u0501", "d"], ["\u051b", "q"], ["\u051d", "w"], ["\u0410", "A"], ["\u0412", "B"], ["\u0415", "E"], ["\u041a", "K"], ["\u041c", "M"], ["\u041d", "H"], ["\u041e", "O"], ["\u0420", "P"], ["\u0421", "C"], ["\u0422", "T"], ["\u0423", "Y"], ["\u0425", "X"], ["\u0406", "I"], ["\u0408", "J"], ["\u0405", "S"], ["\u03bf", "o"], ["\u03b9", "i"], ["\u03bd", "v"], ["\u03c4", "t"], ["\u03c5", "u"], ["\u03c1", "p"], ["\u03b1", "a"], ["\u03ba", "k"], ["\u03b5", "e"], ["\u039f", "O"], ["\u0391", "A"], ["\u0392", "B"], ["\u0395", "E"], ["\u0397", "H"], ["\u0399", "I"], ["\u039a", "K"], ["\u039c", "M"], ["\u039d", "N"], ["\u03a1", "P"], ["\u03a4", "T"], ["\u03a5", "Y"], ["\u03a7", "X"], ["\u0396", "Z"], ["\u0417", "3"], ["\u0437", "3"], ["\u021c", "3"], ["\u01b7", "3"], ["\u0131", "i"], ["\u0578", "n"], ["\u0475", "v"], ["\u04cf", "l"], ["\u0431", "6"], ["\u01bc", "5"]]);
const SKIPPED = new Set(["clock", "hex", "ident", "stamp", "url", "version"]);
const DIGIT = /[\p{Nd}\u{e000}]/v;
const HYPHENATED = new Set(["about", "almost", "near", "nearly", "over", "roughly", "sub", "under"]);
const SENTENCE_ENDS = new Set(["\n\n", "!", ".", ":", ";", "?"]);
const MAX_DIGITS = 40;
const DASHES = new Set(["-", "\u2011", "\u2012", "\u2013", "\u2212"]);
const SIGNS = new Set(["+", "-", "\u2013", "\u2212"]);
const LOOK_ALIKES = new Set(["I", "O", "l", "o"]);
const SUFFIX_SIGNS = new Set(["%", "-", "\u00a2", "\u00d7", "\u2011", "\u2030"]);
const MAX_SHOWN = 60;
const WORD_LIMIT = 10000;
const MAX_TEXT = 60;
const MAX_EXPONENT = 60;
const SURROUNDINGS = new Map([["multiple", ["", " as many"]], ["fraction", ["", " of"]], ["ordinal", ["ranked ", " run"]], ["range", ["between ", ""]]]);
const SHARES = ["percent", "points", "change"];
const TOKEN = /(?:(?<plain>(?:(?=(?<all1>(?:[a-zA-Z]){1,}))\k<all1>)(?!(?:[\p{L}\p{N}_\u{e000}]|[\u{2d}\u{2011}\u{40}\u{2e}\u{3a}\u{2f}][\p{L}\p{N}_]|\u{3a}\u{2f}\u{2f})))|(?<quick>(?:(?=(?<all2>(?:[\p{Nd}]){1,}))\k<all2>)(?=(?:[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u{29}\u{25}\u{3b}\u{21}\u{3f}]|[\u{2e}\u{2c}](?:[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]|(?=\n?$))|(?=\n?$))))|(?=[\p{Nd}])(?:(?<stamp>(?:(?<![\p{L}\p{N}_\u{2e}])(?:19|20)[\p{Nd}][\p{Nd}](?<sep>[\u{2d}\u{2011}\u{2f}\u{2e}])(?:(?:0){0,1}[1-9]|1[0-2])\k<sep>(?:(?:0){0,1}[1-9]|[12][\p{Nd}]|3[01])(?![\p{Nd}])(?:T[\p{Nd}][\p{Nd}]\u{3a}[\p{Nd}][\p{Nd}](?:[[^\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]]){0,24}|(?:[\u{2d}\u{5f}\u{3a}\u{2e}\u{40}](?:[\p{L}\p{N}_]){1,40}){0,16})|(?<![\p{L}\p{N}_\u{2e}\u{2f}])[\p{Nd}](?:[\p{Nd}]){0,1}(?<sep2>[\u{2f}\u{2e}])[\p{Nd}](?:[\p{Nd}]){0,1}\k<sep2>(?:19|20)[\p{Nd}][\p{Nd}](?![\p{Nd}\u{2f}])|(?<![\p{L}\p{N}_\u{2e}\u{2d}])20[\p{Nd}][\p{Nd}]\u{2d}(?:0[1-9]|1[0-2])(?![\p{Nd}\u{2d}])))|(?<clock>(?<![\p{L}\p{N}_\u{3a}\u{2e}])(?:(?:[01]){0,1}[\p{Nd}]|2[0-3])\u{3a}[0-5][\p{Nd}](?:\u{3a}[0-5][\p{Nd}](?:\u{2e}(?:[\p{Nd}]){1,9}){0,1}){0,1}(?!(?:[\p{L}\p{N}_\u{3a}]|\u{2e}[\p{Nd}])))|(?<version>(?<![\p{L}\p{N}_\u{2e}])(?:[\p{Nd}]){1,9}(?:\u{2e}(?:[\p{Nd}]){1,9}){2,8}(?:(?:[\u{2d}\u{2b}\u{2e}]){0,1}[^[^\p{L}\p{N}_]\p{Nd}](?:[\p{L}\p{N}_]){0,40}){0,1}(?!(?:\u{2e}){0,1}[\p{Nd}]))|(?<hex>(?<![\p{L}\p{N}_])0x(?:[0-9a-fA-F]){1,}(?:(?<=[\p{L}\p{N}_])(?![\p{L}\p{N}_])|(?<![\p{L}\p{N}_])(?=[\p{L}\p{N}_])))|(?<ident>(?!(?:[\p{Nd}]){1,}[eE](?:[\p{Nd}]){1,}(?:(?<=[\p{L}\p{N}_])(?![\p{L}\p{N}_])|(?<![\p{L}\p{N}_])(?=[\p{L}\p{N}_])))(?!(?:[\p{Nd}]){1,}[xX][\p{Nd}])(?!(?:[\p{Nd}]){1,}of[\p{Nd}])(?:(?=(?<all3>(?:[\p{Nd}]){1,}))\k<all3>)(?:(?=(?<all4>(?:[^[^\p{L}\p{N}_]\p{Nd}\u{5f}]){1,}))\k<all4>)[\p{Nd}](?:(?=(?<all5>(?:[\p{L}\p{N}_]){0,}))\k<all5>)(?:\u{2d}(?:[\p{L}\p{N}_]){1,40}){0,16})|(?<num>(?:(?:[\p{Nd}]){1,3}(?:[\u{2c}\u{a0}\u{202f}\u{2009}\u{2007}\u{5f}](?:[\p{Nd}]){3,3}){1,}(?![\p{Nd}])|(?:(?=(?<all6>(?:[\p{Nd}]){1,}))\k<all6>))(?:\u{2e}(?:(?=(?<all7>(?:[\p{Nd}]){1,}))\k<all7>)){0,1}(?:[eE](?:[\u{2b}\u{2d}]){0,1}(?:[\p{Nd}]){1,3}(?![\p{L}\p{N}_])){0,1}))|(?=[^[^\p{L}\p{N}_]\p{Nd}\u{5f}])(?:(?<url>(?:http(?:s){0,1}\u{3a}\u{2f}\u{2f}|ftp\u{3a}\u{2f}\u{2f}|www\u{2e})(?:[^\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u{3c}\u{3e}\u{22}]){1,})|(?<times>[xX](?=(?:[\p{Nd}]){1,}(?:\u{2e}(?:[\p{Nd}]){1,}){0,1}(?![\p{L}\p{N}_]))(?![xX](?:86|64|32)(?:(?<=[\p{L}\p{N}_])(?![\p{L}\p{N}_])|(?<![\p{L}\p{N}_])(?=[\p{L}\p{N}_]))))|(?<lead>(?:(?:[Ss\u{17f}][Uu][Bb]|[Mm][Ii\u{130}\u{131}][Dd]|[Tt][Oo][Pp]|[Pp][Rr][Ee]|[Pp][Oo][Ss\u{17f}][Tt]|[Nn][Ee][Aa][Rr]|[Nn][Oo][Nn]|[Uu][Nn][Dd][Ee][Rr]|[Oo][Vv][Ee][Rr]|[Aa][Bb][Oo][Uu][Tt]|[Aa][Rr][Oo][Uu][Nn][Dd]|[Rr][Oo][Uu][Gg][Hh][Ll][Yy]|[Nn][Ee][Aa][Rr][Ll][Yy]|[Aa][Ll][Mm][Oo][Ss\u{17f}][Tt]|[Aa][Pp][Pp][Rr][Oo][Xx][Ii\u{130}\u{131}][Mm][Aa][Tt][Ee][Ll][Yy]|[Aa][Ll][Ll]|[Ll][Aa][Ss\u{17f}][Tt]|[Ff][Ii\u{130}\u{131}][Rr][Ss\u{17f}][Tt]|[Nn][Ee][Xx][Tt]|[Ss\u{17f}][Oo][Mm][Ee]|[Pp][Ll][Uu][Ss\u{17f}]|[Mm][Ii\u{130}\u{131}][Nn][Uu][Ss\u{17f}]|[Uu][Pp]|[Tt][Oo]|[Oo][Ff]|[Aa][Nn][Dd]|[Oo][Rr]|[Tt][Hh][Aa][Nn]|[Jj][Uu][Ss\u{17f}][Tt]|[Oo][Nn][Ll][Yy]|[Aa][Tt]|[Ii\u{130}\u{131}][Nn]|[Bb][Yy]|[Ww][Ii\u{130}\u{131}][Tt][Hh][Ii\u{130}\u{131}][Nn]|[Zz][Ee][Rr][Oo]|[Oo][Nn][Ee]|[Tt][Ww][Oo]|[Tt][Hh][Rr][Ee][Ee]|[Ff][Oo][Uu][Rr]|[Ff][Ii\u{130}\u{131}][Vv][Ee]|[Ss\u{17f}][Ii\u{130}\u{131}][Xx]|[Ss\u{17f}][Ee][Vv][Ee][Nn]|[Ee][Ii\u{130}\u{131}][Gg][Hh][Tt]|[Nn][Ii\u{130}\u{131}][Nn][Ee]|[Tt][Ee][Nn]|[Ee][Ll][Ee][Vv][Ee][Nn]|[Tt][Ww][Ee][Ll][Vv][Ee]|[Tt][Hh][Ii\u{130}\u{131}][Rr][Tt][Ee][Ee][Nn]|[Ff][Oo][Uu][Rr][Tt][Ee][Ee][Nn]|[Ff][Ii\u{130}\u{131}][Ff][Tt][Ee][Ee][Nn]|[Ss\u{17f}][Ii\u{130}\u{131}][Xx][Tt][Ee][Ee][Nn]|[Ss\u{17f}][Ee][Vv][Ee][Nn][Tt][Ee][Ee][Nn]|[Ee][Ii\u{130}\u{131}][Gg][Hh][Tt][Ee][Ee][Nn]|[Nn][Ii\u{130}\u{131}][Nn][Ee][Tt][Ee][Ee][Nn]|[Tt][Ww][Ee][Nn][Tt][Yy]|[Tt][Hh][Ii\u{130}\u{131}][Rr][Tt][Yy]|[Ff][Oo][Rr][Tt][Yy]|[Ff][Ii\u{130}\u{131}][Ff][Tt][Yy]|[Ss\u{17f}][Ii\u{130}\u{131}][Xx][Tt][Yy]|[Ss\u{17f}][Ee][Vv][Ee][Nn][Tt][Yy]|[Ee][Ii\u{130}\u{131}][Gg][Hh][Tt][Yy]|[Nn][Ii\u{130}\u{131}][Nn][Ee][Tt][Yy]))(?=[\u{2d}\u{2011}][\p{Nd}]))|(?<word>[^[^\p{L}\p{N}_]\p{Nd}\u{5f}](?:(?=(?<all8>(?:[\p{L}\p{N}_\u{e000}]){0,}))\k<all8>)(?:(?:[\u{2d}\u{2011}\u{40}](?!(?:[\p{Nd}]){1,}(?:[\u{2e}\u{2c}](?:[\p{Nd}]){1,}){0,1}(?:(?:[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]){0,1}\u{25}|\u{2f}[\p{Nd}]))(?:(?=(?<all9>(?:[\p{L}\p{N}_\u{e000}]){1,}))\k<all9>)|[\u{2e}\u{3a}\u{2f}][^[^\p{L}\p{N}_]\p{Nd}](?:(?=(?<all10>(?:[\p{L}\p{N}_]){0,}))\k<all10>)|(?<=[\p{Nd}])\u{2e}(?:(?=(?<all11>(?:[\p{L}\p{N}_]){1,}))\k<all11>)|(?:(?<=v[\p{Nd}])|(?<=256)|(?<=512))\u{3a}(?:(?=(?<all12>(?:[\p{L}\p{N}_]){1,}))\k<all12>))){0,16}))|(?<fraction>(?<![\p{L}\p{N}_\u{2e}])\u{2e}(?:(?=(?<all13>(?:[\p{Nd}]){1,}))\k<all13>)(?:[eE](?:[\u{2b}\u{2d}]){0,1}(?:[\p{Nd}]){1,3}(?![\p{L}\p{N}_])){0,1})|(?<para>\u{a}(?:(?=(?<all14>(?:[\u{20}\u{9}\u{d}]){0,}))\k<all14>)\u{a})|(?<sym>(?:[\u{3c}\u{3e}]\u{3d}|\u{3d}[\u{3c}\u{3e}]|(?<char>[^\p{L}\p{N}_\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u{2a}])(?:(?=(?<all15>(?:\k<char>){0,}))\k<all15>))))/gv;
const PARTS_OF_WORD = /(?:[^[^\p{L}\p{N}_]\p{Nd}\u{5f}](?:[\p{L}\p{N}_]){0,}|[\u{2d}\u{2011}]|[^\p{L}\p{N}_\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]|\u{5f})/gv;
const DECIMAL = /^(?:(?:[\u{2b}\u{2d}]){0,1}(?:(?:[\p{Nd}]){1,}(?:\u{2e}(?:[\p{Nd}]){1,}){0,1}|\u{2e}(?:[\p{Nd}]){1,})(?:[eE](?:[\u{2b}\u{2d}]){0,1}(?:[\p{Nd}]){1,3}){0,1})$/v;
const PAIR = /^(?:((?:[\p{Nd}]){1,18})\u{2f}((?:[\p{Nd}]){1,18}))$/v;
const KNOWN_BEFORE = "(?<![\\p{L}\\p{N}_])";
const KNOWN_AFTER = "(?![\\p{L}\\p{N}_])";
const DECIMAL_ZEROS = [48, 1632, 1776, 1984, 2406, 2534, 2662, 2790, 2918, 3046, 3174, 3302, 3430, 3558, 3664, 3792, 3872, 4160, 4240, 6112, 6160, 6470, 6608, 6784, 6800, 6992, 7088, 7232, 7248, 42528, 43216, 43264, 43472, 43504, 43600, 44016, 65296, 66720, 68912, 69734, 69872, 69942, 70096, 70384, 70736, 70864, 71248, 71360, 71472, 71904, 72016, 72784, 73040, 73120, 92768, 92864, 93008, 120782, 120792, 120802, 120812, 120822, 123200, 123632, 125264, 130032];
const ODD_LETTERS = new Set(["\u3405", "\u3483", "\u382a", "\u3b4d", "\u4e00", "\u4e03", "\u4e07", "\u4e09", "\u4e5d", "\u4e8c", "\u4e94", "\u4e96", "\u4ebf", "\u4ec0", "\u4edf", "\u4ee8", "\u4f0d", "\u4f70", "\u5104", "\u5146", "\u5169", "\u516b", "\u516d", "\u5341", "\u5343", "\u5344", "\u5345", "\u534c", "\u53c1", "\u53c2", "\u53c3", "\u53c4", "\u56db", "\u58f1", "\u58f9", "\u5e7a", "\u5efe", "\u5eff", "\u5f0c", "\u5f0d", "\u5f0e", "\u5f10", "\u62fe", "\u634c", "\u67d2", "\u6f06", "\u7396", "\u767e", "\u8086", "\u842c", "\u8cae", "\u8cb3", "\u8d30", "\u9621", "\u9646", "\u964c", "\u9678", "\u96f6", "\uf96b", "\uf973", "\uf978", "\uf9b2", "\uf9d1", "\uf9d3", "\uf9fd", "\ud840\udc01", "\ud840\udc64", "\ud840\udce2", "\ud840\udd21", "\ud842\udd2a", "\ud842\udd83", "\ud842\udd8c", "\ud842\udd9c", "\ud842\udeea", "\ud842\udefd", "\ud842\udf19", "\ud848\udf90", "\ud84a\udd98", "\ud84e\udf1b", "\ud858\ude6d", "\ud87e\udc90"]);
const CONTROLS = new Set(["\u115f", "\ufe00", "\ufe01", "\ufe02", "\ufe03", "\ufe04", "\ufe05", "\ufe06", "\ufe07", "\ufe08", "\ufe09", "\ufe0a", "\ufe0b", "\ufe0c", "\ufe0d", "\ufe0e", "\ufe0f"]);
return { UNITS, TENS, SCALES, SUFFIX_SCALES, SPACED_SCALES, SMALL_ORDINALS, ORDINAL_SUFFIXES, PARTS, PARTS_PLURAL, GLYPHS, MULTIPLES, MULTIPLE_ADJECTIVES, CURRENCIES, CURRENCY_WORDS, HEDGES, BOUNDS, BOUNDS_AFTER, OPPOSITE, NEGATIONS, AUXILIARIES, QUANTIFIERS, OVER_AFTER, UP, DOWN, NEUTRAL, AFTER_TIMES, MONTHS, AFTER_DATE, REFERENCES, VERSIONED, FUNCTION, COUNTED, SIZED, NOT_AFTER_ONE, NOT_BEFORE_ONE, AFTER_ONE, BEFORE_ONE, AFTER_HALF, BEFORE_HALF, AFTER_DOUBLE, NOT_AFTER_NO, COMPOUNDS, SPACED_COMPOUNDS, RANKED, ODD, HIDDEN, BIDI, WIDE_SPACES, TYPOGRAPHY, TWINS, SKIPPED, DIGIT, HYPHENATED, SENTENCE_ENDS, MAX_DIGITS, DASHES, SIGNS, LOOK_ALIKES, SUFFIX_SIGNS, MAX_SHOWN, WORD_LIMIT, MAX_TEXT, MAX_EXPONENT, SURROUNDINGS, SHARES, TOKEN, PARTS_OF_WORD, DECIMAL, PAIR, KNOWN_BEFORE, KNOWN_AFTER, DECIMAL_ZEROS, ODD_LETTERS, CONTROLS };
})();
// quantity/tokens.js
const module12 = (() => {
// Text to tokens, in one pass; clawpub/quantity/tokens.py has the grammar, and its patterns are those used here.

const {
  BIDI, CONTROLS, DECIMAL_ZEROS, DIGIT, GLYPHS, HIDDEN, KNOWN_AFTER, KNOWN_BEFORE, ODD, ODD_LETTERS, PARTS_OF_WORD,
  SKIPPED, TOKEN, TWINS,
} = module11;

const KINDS = ["plain", "quick", "word", "num", "fraction", "times", "lead", "known", "sym", "para", ...SKIPPED];

// Returns the text with every digit as ASCII and nothing hidden. `where` leads back to the source, `ends` to the end
// there of the character before an offset.
function clean(source) {
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

const isAlpha = (text) => /^\p{L}+$/u.test(text);
const isAlphanumeric = (char) => /^[\p{L}\p{N}]$/u.test(char);
const isUpper = (char) => /^\p{Uppercase}/u.test(char);

function tokens(text, names = []) {
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
return { clean, isAlpha, isAlphanumeric, isUpper, tokens };
})();
// quantity/format.js
const module13 = (() => {
// Writing a value in the form of a literal: the same digits, scale, unit, sign of currency, words and capitals.

const {
  GLYPHS, MAX_SHOWN, MULTIPLES, MULTIPLE_ADJECTIVES, SCALES, SMALL_ORDINALS, TENS, UNITS, WIDE_SPACES, WORD_LIMIT,
} = module11;
const { Fraction } = module0;
const { clean } = module12;

const NUMBER = new RegExp(`[0-9.,${WIDE_SPACES}]*[0-9](?:[eE][+-]?[0-9]+)?`);
const inverted = (map) => new Map([...map].map(([word, number]) => [number, word]));
const [ORDINAL_WORDS, UNIT_WORDS, TENS_WORDS] = [SMALL_ORDINALS, UNITS, TENS].map(inverted);
const ONE = new Fraction(1n), HALF = new Fraction(1n, 2n), TENTH = new Fraction(1n, 10n);
const WITHIN = new Fraction(1n, 200n);
const SHARES = ["percent", "points", "change"];

// Returns `value` (after scaling) as the author of `like` would have typed it.
function spell(value, like, { rounding = "nearest", moreDigits = 0 } = {}) {
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
function spellRatio(numerator, denominator, like) {
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
function spellRange(low, high, like, outward = false) {
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
function plain(value) {
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
function fixed(value, places) {
  const all = String(value.scaled(places).abs().floor()).padStart(places + 1, "0");
  const sign = value.sign < 0 ? "-" : "";
  return places ? `${sign}${all.slice(0, -places)}.${all.slice(-places)}` : sign + all;
}

function roundTo(value, step, rounding = "nearest") {
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
function inWords(number) {
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
return { spell, spellRatio, spellRange, plain, fixed, roundTo, inWords };
})();
// quantity/around.js
const module14 = (() => {
// The words around a number that change what it claims: hedges, bounds, quantifiers.

const {
  AUXILIARIES, BOUNDS, BOUNDS_AFTER, FUNCTION, HEDGES, HYPHENATED, NEGATIONS, OPPOSITE, OVER_AFTER, QUANTIFIERS, TENS,
  UNITS,
} = module11;

const AFTER_STARTS = new Set([...BOUNDS_AFTER.keys()].map((phrase) => phrase.split(" ")[0]));
const PHRASES = new Set([...BOUNDS.keys(), ...HEDGES, ...QUANTIFIERS.keys()]);
const PHRASE_ENDS = new Set([...PHRASES].map((phrase) => phrase.split(" ").at(-1)));

// Reads hedges, bounds and quantifiers leftwards from the core, then the bound that may follow it.
function outer(stream, part, floor) {
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
      const negation = negationBefore(stream, first, floor);
      const meant = negation >= 0 ? OPPOSITE.get(BOUNDS.get(phrase)) : BOUNDS.get(phrase);
      bound = bound || meant;
      if (negation >= 0) first = negation;
    } else if (HEDGES.has(phrase)) hedge = hedge || phrase;
    else quantifier = quantifier || QUANTIFIERS.get(phrase);
    start = stream.tokens[first].start;
    j = first - 1;
  }
  if (part.unit === "ordinal" && !hedge && (bound === ">" || bound === "<")) bound = null;
  let k = part.after;
  const plus = stream.sym(k) === "+" && stream.glued(k);
  if (plus && !(stream.glued(k + 1) && stream.tokens[k + 1].kind === "num")) {
    return { start, end: stream.tokens[k].end, hedge, bound: bound || ">=", quantifier };
  }
  for (k = part.after; k < part.after + 3; k++) {
    if (stream.sym(k) === "-" && stream.glued(k) && stream.low(k + 1) === "ish") {
      return { start, end: stream.tokens[k + 1].end, hedge: hedge || "ish", bound, quantifier };
    }
    const phrase = AFTER_STARTS.has(stream.low(k)) ? `${stream.low(k)} ${stream.low(k + 1)}` : "";
    if (BOUNDS_AFTER.has(phrase) && !beginsNumber(stream, k + 2)) {
      return { start, end: stream.tokens[k + 1].end, hedge, bound: bound || BOUNDS_AFTER.get(phrase), quantifier };
    }
    if (phrase === "or so") return { start, end: stream.tokens[k + 1].end, hedge: hedge || phrase, bound, quantifier };
    if (stream.tokens[k].kind !== "word" && !(stream.sym(k) === "-" && stream.glued(k))) break;
  }
  if (part.kind === "change") end = stream.tokens[part.after].end;
  return { start, end, hedge, bound, quantifier };
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

// Returns where the negation stands that turns a bound round, -1 where there is none: `never exceeded 7`.
function negationBefore(stream, bound, floor) {
  if (stream.low(bound - 1) === "no" && bound > floor) return bound - 1;
  let verbs = 0;
  for (let j = bound - 1; j >= Math.max(floor, bound - 6, 0); j--) {
    const low = stream.low(j);
    if (NEGATIONS.has(low)) return j;
    const apostrophe = stream.sym(j - 1) === "'" || stream.sym(j - 1) === "’";
    if (low === "t" && apostrophe && stream.low(j - 2).endsWith("n") && j - 2 >= floor) return j - 2;
    verbs += !AUXILIARIES.has(low);
    if (!low || verbs > 1 || (FUNCTION.has(low) && !AUXILIARIES.has(low))) break;
  }
  return -1;
}

function plausible(stream, phrase, index) {
  const before = stream.low(index - 1);
  if (phrase === "over") return stream.startsClause(index) || OVER_AFTER.has(before) || NEGATIONS.has(before);
  if (phrase === "some") return !["in", "for", "to"].includes(before);
  return !["add", "adds", "adding", "sum", "sums", "come", "comes", "added"].includes(before);
}
return { outer };
})();
// quantity/parts.js
const module15 = (() => {
// The tokens around a core, and what stands at an index. Past the end stand paragraph breaks.

class Stream {
  constructor(text, found) {
    this.text = text;
    const end = text.length;
    const pad = { kind: "sym", text: "\n\n", low: "\n\n", start: end, end };
    this.tokens = [...found, ...Array(10).fill(pad)];
    this.count = found.length;
  }

  // The token's word in lower case, or "" for anything else.
  low(index) {
    const token = this.tokens[index];
    return token?.kind === "word" ? token.low : "";
  }

  sym(index) {
    const token = this.tokens[index];
    return token?.kind === "sym" ? token.text : "";
  }

  // Whether the token touches the one before it. The end of the text touches nothing.
  glued(index) {
    return 0 < index && index < this.count && this.tokens[index].start === this.tokens[index - 1].end;
  }

  startsClause(index) {
    return index === 0 || this.tokens[index - 1].kind === "sym";
  }
}

// What a part has where nothing is said.
const PART = {
  kind: "number", unit: null, noun: null, form: "digits", power: 0, exact: false, odd: false, quantifier: null,
  numerator: null, denominator: null, ends: null,
};

// Whether it may stand in a ratio: a bare number without scale or unit.
const countable = (part) =>
  part.kind === "number" && part.unit === null && part.power === 0 && part.value.sign >= 0;
return { Stream, PART, countable };
})();
// quantity/names.js
const module16 = (() => {
// Digits that count nothing: dates, clock times, `Table 3`, `Python 3.11`, the 32B of "Qwen3 32B".

const { AFTER_DATE, FUNCTION, MONTHS, REFERENCES, SENTENCE_ENDS, SIZED, VERSIONED } = module11;
const { countable } = module15;
const { isUpper } = module12;

// Whether digits belong to a date, a reference or a model's name.
function isName(stream, part) {
  return part.form === "digits" && (dated(stream, part) || referenced(stream, part.first) || sized(stream, part));
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
  if (day && isMonth(following)) return true;
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

function referenced(stream, first) {
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
  return VERSIONED.has(token.low);
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
return { isName };
})();
// quantity/numbers.js
const module17 = (() => {
// Numbers, in digits and in words: sign, currency, scale, unit, ratio and range. The grammar stands in
// clawpub/quantity/scan.py.

const {
  AFTER_TIMES, CURRENCIES, CURRENCY_WORDS, DASHES, DOWN, FUNCTION, GLYPHS, LOOK_ALIKES, MAX_DIGITS, NEUTRAL, ODD,
  ORDINAL_SUFFIXES, SCALES, SIGNS, SPACED_SCALES, SUFFIX_SCALES, SUFFIX_SIGNS, TENS, TYPOGRAPHY, UNITS, UP, WIDE_SPACES,
} = module11;
const { Fraction } = module0;
const { countable, PART, Stream } = module15;
const { isAlphanumeric } = module12;

const ZERO = new Fraction(0n);
const ONE = new Fraction(1n);
const HUNDREDTH = new Fraction(1n, 100n);
const FOLDS = new Map([...UNITS, ...TENS, ["hundred", 100]]);
const isHyphen = (symbol) => symbol === "-" || symbol === "‑";

class Numbers extends Stream {
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
return { ZERO, ONE, HUNDREDTH, Numbers };
})();
// quantity/scan.js
const module18 = (() => {
// Every quantity of a text, with its place. clawpub/quantity/scan.py holds the grammar; this is its second reading.

const {
  AFTER_DOUBLE, AFTER_HALF, AFTER_ONE, AFTER_TIMES, BEFORE_HALF, BEFORE_ONE, COMPOUNDS, COUNTED, CURRENCIES, FUNCTION,
  GLYPHS, MULTIPLES, MULTIPLE_ADJECTIVES, NOT_AFTER_NO, NOT_AFTER_ONE, NOT_BEFORE_ONE, ODD, PARTS, PARTS_PLURAL, RANKED,
  SCALES, SIGNS, SMALL_ORDINALS, SPACED_COMPOUNDS, TENS, TYPOGRAPHY, UNITS,
} = module11;
const { outer } = module14;
const { Fraction } = module0;
const { isName } = module16;
const { HUNDREDTH, Numbers, ONE, ZERO } = module17;
const { clean, tokens } = module12;

// Returns every quantity of `text` in order; `names` (models, tasks) are never taken apart.
function scan(text, names = []) {
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
    let index = 0, floor = 0;
    while (index < this.count) {
      let part = this.core(index);
      if (part === null) {
        index += 1;
        continue;
      }
      if (["minus", "negative"].includes(this.low(part.first - 1))) part = { ...part, odd: true };
      if (!isName(this, part)) {
        found.push([part, outer(this, part, floor)]);
        floor = part.after;
      }
      index = Math.max(part.after, index + 1);
    }
    return found;
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
    } else if (token.kind !== "num") return null;
    const operand = this.operand(index);
    if (operand === null) return null;
    if (operand.form === "words" && operand.number.toLowerCase() === "one" && operand.kind === "number") {
      const ranged = this.ranged(operand);
      if (ranged !== operand) return ranged;
      return this.oneCounts(operand) ? operand : null;
    }
    return this.ranged(operand);
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
    if (/(?:ed|ing)$/.test(after) || ["ran", "made", "took", "won", "lost", "fell", "gave"].includes(after)) {
      return COUNTED.has(this.low(part.after + 1));
    }
    return true;
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

  // `a third of`, `a dozen`, `a single run`, `a couple of`.
  article(index) {
    const following = this.low(index + 1);
    if (PARTS.has(following)) return this.fraction(index);
    if (following === "single") return this.singleWord(index, index + 2);
    if (following !== "couple") return null;
    return this.wordPart(index, index + (this.low(index + 2) === "of" ? 3 : 2), Fraction.of(2));
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
  ["no", "no"], ["none", "none"], ["both", "both"], ["half", "half"], ["a", "article"], ["an", "article"],
  ["once", "once"],
  ...[...MULTIPLES.keys()].map((word) => [word, "multiple"]),
  ...[...MULTIPLE_ADJECTIVES.keys()].map((word) => [word, "adjective"]),
  ...[...SMALL_ORDINALS.keys()].map((word) => [word, "ordinal"]),
  ...[...UNITS.keys(), ...TENS.keys()].map((word) => [word, "numberWord"]),
]);
const OPENERS = new Set([...SIGNS, ...CURRENCIES.keys(), ...GLYPHS.keys(), ODD, "#", "×"]);
return { scan };
})();
// quantity/compare.js
const module19 = (() => {
// A literal of the prose against the value of its fact, in exact arithmetic: clawpub/quantity/compare.py has the rules.
//
// A value is null, true or false, a BigInt, a text ("23/30", "0.7667", "76.67%"), {number: "0.7667"} as it is stored,
// or {pair: [23n, 30n]}.

const { DECIMAL, MAX_EXPONENT, MAX_TEXT, PAIR, SHARES, SURROUNDINGS } = module11;
const { fixed, plain, roundTo, spell, spellRange, spellRatio } = module13;
const { Fraction, larger, smaller } = module0;
const { scan } = module18;
const { clean } = module12;

class Undecidable extends Error {
  constructor(rule, message) {
    super(message);
    this.rule = rule;
  }
}

const result = (verdict, rule, message = "", more = {}) =>
  ({ verdict, rule, message, suggestion: null, rounded: false, warning: false, ...more });

// Returns whether the literal says what the fact says. Several values are an array: the two ends of a range, or with
// `inside` the set that a range or bound speaks about.
function compare(literal, value, { factUnit = null, n = null, inside = false, exact = false, storedDigits = null } = {}) {
  const several = Array.isArray(value), values = several ? value : [value];
  const read = (words) => values.map((each) => factOf(each, factUnit, storedDigits, words, n));
  const decide = (words) => {
    const facts = read(words);
    return several || inside
      ? overSeveral(words, facts, { inside, n, exact })
      : single(words, facts[0], { n, exact, inPercent: factUnit === "percent" });
  };
  let decided;
  try {
    decided = decide(literal);
  } catch (reason) {
    if (reason instanceof Undecidable) return result("undecidable", reason.rule, reason.message);
    throw reason;
  }
  if (!literal.plain) {
    const message = `${quoted(literal.text)} is not typed in plain digits, so a reader may see another number than was checked`;
    decided = result("refuted", "unreadable", message, { suggestion: decided.suggestion });
  }
  if (decided.verdict === "verified" && !decided.warning) return decided;
  return { ...decided, suggestion: firstTrue(literal, candidates(literal, read(literal), decided), decide) };
}

// Returns wordings to try, the shortest first: the author's form, then with more digits, then plain digits.
function candidates(literal, facts, decided) {
  if (decided.suggestion === null && literal.plain) return [];
  const first = [...(literal.plain ? [] : [clean(literal.text).text]), ...(decided.suggestion ? [decided.suggestion] : [])];
  if (["ratio", "range", "ordinal"].includes(literal.kind)) return first;
  const x = extreme(literal, facts).value;
  if (literal.bound) return [...first, ...[1, 2, 3].map((digits) => nearestBound(literal, x, digits))];
  const longer = literal.kind === "fraction" ? [] : [1, 2, 3].map((moreDigits) => spell(x, literal, { moreDigits }));
  const bare = ["number", "multiple"].includes(literal.kind) ? [plain(x)] : [];
  return [...first, ...longer, ...bare].filter((wording) => x.sign === 0 || /[1-9]|[a-z]{3}/.test(wording.toLowerCase()));
}

// Returns the first wording that, standing where the literal stands, is verified.
function firstTrue(literal, wordings, decide) {
  let [before, after] = SURROUNDINGS.get(literal.kind) ?? ["", " runs"];
  if (literal.kind === "change") after = ` ${literal.noun}`;
  const { hedge, bound, quantifier } = literal;
  for (const wording of wordings) {
    const found = scan(`${before}${wording}${after}`);
    if (wording === literal.text || found.length !== 1 || found[0].text !== wording || !found[0].plain) continue;
    const exact = (found[0].exact && !hedge && !bound) || quantifier === "exactly";
    try {
      if (decide({ ...found[0], hedge, bound, quantifier, exact }).verdict === "verified") return wording;
    } catch (reason) {
      if (!(reason instanceof Undecidable)) throw reason;
    }
  }
  return null;
}

// --- reading a fact ---

// A fact: its value; `pair`, k and n; `step`, the last stored digit; `declared`, whether that is what the column keeps;
// `counted`, whether it is a whole number by type: a count, which is no share of anything.
const fact = (value, pair = null, step = null, declared = false, counted = false) => ({ value, pair, step, declared, counted });
const bare = (shown) => (shown.pair ? `${shown.pair[0]}/${shown.pair[1]}` : plain(shown.value));

function factOf(value, factUnit, storedDigits, literal, n) {
  if (value === null || (typeof value === "string" && !value.trim())) {
    throw new Undecidable("missing", "the pack holds no value here; missing is not zero");
  }
  if (typeof value === "boolean") {
    throw new Undecidable("type", `the fact is ${value}, which says nothing about ${literal.text}`);
  }
  let read;
  if (typeof value === "bigint") read = fact(Fraction.of(value), null, null, false, factUnit === null && n === null);
  else if (typeof value === "string") read = textFact(value.trim());
  else if (value.pair) read = pairFact(...value.pair);
  else read = numberFact(value.number);
  if (storedDigits !== null && !read.pair) read = fact(read.value, null, new Fraction(1n).scaled(-storedDigits), true);
  if (factUnit === "percent") {
    if (read.pair) throw new Undecidable("type", `${bare(read)} is a ratio, not a number in percent`);
    read = fact(read.value.over(100), null, read.step?.over(100) ?? null, read.declared);
  }
  if (n !== null && !read.pair && literal.kind === "ratio" && read.value.isWhole) {
    read = pairFact(read.value.numerator, BigInt(n));
  }
  return read;
}

function pairFact(k, n) {
  if (n <= 0n) throw new Undecidable("missing", `${k}/${n} has no value: there is nothing to count`);
  return fact(new Fraction(k, n), [k, n]);
}

function textFact(text) {
  const pair = PAIR.exec(text);
  if (pair) return pairFact(...pair.slice(1).map((digits) => BigInt(clean(digits).text)));
  if (!text.endsWith("%")) return numberFact(text);
  const inner = numberFact(text.slice(0, -1).trim(), text);
  return fact(inner.value.over(100), null, inner.step?.over(100) ?? null);
}

// Reads a decimal as it is written; its last digit is what the pack stores.
function numberFact(text, shown = text) {
  if (text.length > MAX_TEXT || !DECIMAL.test(text) || !/^[\x00-\x7f]*$/.test(text)) {
    throw new Undecidable("type", `the fact is ${quoted([...shown].slice(0, MAX_TEXT).join(""))}, which is no number`);
  }
  const [mantissa, exponent = "0"] = text.toLowerCase().split("e");
  const places = Number(exponent) - (mantissa.split(".")[1] ?? "").length;
  if (Math.abs(places) > MAX_EXPONENT) {
    throw new Undecidable("type", `the fact is ${quoted(shown)}, out of the range that prose can print`);
  }
  return fact(Fraction.parse(text), null, places < 0 ? new Fraction(1n).scaled(places) : null);
}

// --- comparing ---

function single(literal, known, { n, exact, inPercent }) {
  if (literal.kind === "range") {
    throw new Undecidable("range", `${literal.text} has two ends: give two facts, or a set that lies inside`);
  }
  if (literal.kind === "ratio") return ratio(literal, known);
  if (known.pair && !wantsShare(literal)) {
    const message = `the fact is ${bare(known)}: ${literal.text} could be its numerator or its share; bind one of them`;
    throw new Undecidable("type", message);
  }
  if (known.counted && SHARES.includes(literal.kind)) {
    const message = `the fact is ${bare(known)}, a count; ${literal.text} is of a share: divide, as in 1.0 * a / b`;
    throw new Undecidable("type", message);
  }
  if (literal.bound) return bound(literal, [known]);
  const counted = literal.exact && (literal.form !== "digits" || known.value.isWhole);
  if (exact || literal.quantifier === "exactly" || counted) return exactly(literal, known);
  return literal.hedge ? hedged(literal, known) : point(literal, known, { n, inPercent });
}

function wantsShare(literal) {
  if (["percent", "fraction", "points", "change", "multiple"].includes(literal.kind)) return true;
  return literal.kind === "number" && literal.step.compare(1) < 0;
}

function exactly(literal, known) {
  if (literal.value.equals(known.value)) return result("verified", "exact");
  const message = `${literal.text} is exact, and the fact is ${shown(known, literal)}`;
  return result("refuted", "exact", message, { suggestion: suggest(literal, known) });
}

function ratio(literal, known) {
  if (!known.pair) {
    const how = "a k/n text, such as select passes || '/' || runs";
    throw new Undecidable("type", `the fact is ${bare(known)}: bind ${literal.text} to ${how}`);
  }
  const [k, n] = known.pair.map(Fraction.of);
  const suggestion = spellRatio(k, n, literal);
  const [above, below] = [literal.numerator, literal.denominator];
  const same = below.equals(n);
  if (literal.bound && same) return bound(literal, [fact(k)]);
  if (literal.hedge && same) return hedged(literal, fact(k));
  if (same && above.equals(k)) return result("verified", "ratio");
  const reduced = above.times(n).equals(below.times(k));
  const message = reduced
    ? `${literal.text} is ${plain(k)}/${plain(n)} reduced; a score keeps its denominator`
    : `${literal.text} does not hold: the fact is ${plain(k)}/${plain(n)}`;
  return result("refuted", "ratio", message, { suggestion });
}

function tolerance(literal) {
  const half = literal.step.over(2);
  if (literal.kind === "multiple") return ["multiple", smaller(half, literal.value.abs().over(20))];
  if (literal.kind === "fraction") return ["fraction", new Fraction(1n, 200n)];
  return [literal.kind === "change" ? "change" : "point", half];
}

function literalValue(literal) {
  const parts = literal.kind === "fraction" && literal.numerator !== null && literal.denominator?.sign;
  return parts ? literal.numerator.over(literal.denominator) : literal.value;
}

const totalOf = (known, n) => (n !== null ? BigInt(n) : known.pair ? known.pair[1] : null);

function point(literal, known, { n, inPercent }) {
  const v = literalValue(literal), x = known.value, { step } = literal;
  const [rule, allowed] = tolerance(literal);
  const suggestion = suggest(literal, known);
  const off = v.minus(x).abs();
  const finer = known.step !== null && step.compare(known.step) < 0 && off.compare(known.step) < 0;
  if ((rule === "point" || rule === "change") && finer && (!v.equals(x) || known.declared)) {
    const message = `${literal.text} has more digits than the pack stores: ${shown(known, literal)}`;
    return result("refuted", "excess", message, { suggestion: suggestion && stored(literal, known) });
  }
  if (off.compare(allowed) > 0) return wrong(literal, known, rule, { n, inPercent });
  const total = totalOf(known, n);
  if (literal.kind === "percent" && total !== null && !isShareOf(v, step, total)) {
    return result("refuted", "grim", `no count out of ${total} gives ${literal.text}`, { suggestion });
  }
  if (v.equals(x)) return result("verified", rule);
  return result("verified", rule, `true by rounding: the fact is ${shown(known, literal)}`, { rounded: true });
}

function wrong(literal, known, rule, { n, inPercent }) {
  const v = literalValue(literal), x = known.value, { step, kind } = literal;
  const is = shown(known, literal), total = totalOf(known, n);
  let suggestion = suggest(literal, known);
  if (rule === "point" && v.equals(roundTo(x, step, x.sign >= 0 ? "down" : "up"))) {
    return result("refuted", "truncated", `${literal.text} was cut off, not rounded: the fact is ${is}`, { suggestion });
  }
  if (kind === "percent" && total !== null && !isShareOf(v, step, total)) {
    return result("refuted", "grim", `no count out of ${total} gives ${literal.text}; the fact is ${is}`, { suggestion });
  }
  const close = (one, other, within) => one.minus(other).abs().compare(within) <= 0;
  let message = `${literal.text} does not hold: the fact is ${is}`;
  let hint = "";
  if (SHARES.includes(kind) && !inPercent && close(v.times(100), x, step.times(50)) && x.sign) {
    hint = "; if it is stored in percent, the ledger must say so";
  } else if (kind === "number" && literal.unit === null && close(v.over(100), x, step.over(200)) && x.sign) {
    hint = "; if the literal means percent, it must say so";
  } else if (kind === "change" && v.equals(x.negated())) hint = "; more and fewer are the wrong way round";
  if (hint) [message, suggestion] = [message + hint, null];
  return result("refuted", rule, message, { suggestion });
}

// GRIM: whether some k/n rounds to v, both ends closed.
function isShareOf(v, step, n) {
  if (n <= 0n) return false;
  return v.plus(step.over(2)).times(n).floor() >= v.minus(step.over(2)).times(n).ceil();
}

function hedged(literal, known) {
  const v = literalValue(literal), x = known.value, size = x.abs();
  const allowed = smaller(larger(tolerance(literal)[1], size.over(20)), size.over(10));
  if (v.minus(x).abs().compare(allowed) <= 0) {
    if (v.equals(x)) return result("verified", "hedge");
    return result("verified", "hedge", `true by its hedge: the fact is ${shown(known, literal)}`, { rounded: true });
  }
  const message = `${literal.hedge} ${literal.text} does not hold: the fact is ${shown(known, literal)}`;
  return result("refuted", "hedge", message, { suggestion: suggest(literal, known) });
}

// `facts` is the set that the bound speaks about; its extreme decides.
function bound(literal, facts) {
  const v = literalValue(literal), most = extreme(literal, facts), x = most.value;
  const side = x.compare(v);
  const holds = { ">=": side >= 0, ">": side > 0, "<=": side <= 0, "<": side < 0 }[literal.bound];
  const phrase = `${literal.bound} ${literal.text}`;
  if (!holds) {
    const message = `${phrase} does not hold: the fact is ${shown(most, literal)}`;
    return result("refuted", "bound", message, { suggestion: nearestBound(literal, x) });
  }
  const low = smaller(v.abs(), x.abs()), high = larger(v.abs(), x.abs());
  if (side !== 0 && low.times(2).compare(high) < 0) {
    const message = `${phrase} holds, but is slack by more than half: the fact is ${shown(most, literal)}`;
    return result("verified", "bound", message, { suggestion: nearestBound(literal, x), warning: true });
  }
  return result("verified", "bound");
}

const isLower = (literal) => literal.bound === ">=" || literal.bound === ">";

function extreme(literal, facts) {
  const better = isLower(literal) ? -1 : 1;
  return facts.reduce((best, each) => (each.value.compare(best.value) === better ? each : best));
}

function nearestBound(literal, x, moreDigits = 0) {
  const times = literal.kind === "multiple" && literal.form === "words";
  const step = times ? new Fraction(1n, 10n) : literal.step.scaled(-moreDigits);
  let nearest = roundTo(x, step, isLower(literal) ? "down" : "up");
  if (nearest.equals(x)) {
    if (literal.bound === ">") nearest = nearest.minus(step);
    else if (literal.bound === "<") nearest = nearest.plus(step);
  }
  if (literal.kind === "ratio") return spellRatio(nearest, literal.denominator, literal);
  return times ? `${plain(nearest)} times` : spell(nearest, literal, { moreDigits });
}

function overSeveral(literal, facts, { inside, n, exact }) {
  if (!facts.length) throw new Undecidable("missing", "the pack holds no value here; missing is not zero");
  if (literal.kind === "range") {
    if (literal.bound) {
      throw new Undecidable("range", `${literal.bound} and the range ${literal.text} together bound nothing`);
    }
    const counted = facts.map((each) => numerator(literal, each));
    return inside ? within(literal, counted) : bothEnds(literal, counted, { n, exact });
  }
  if (literal.bound) return bound(literal, facts.map((each) => numerator(literal, each)));
  throw new Undecidable("type", `${literal.text} is one number and the ledger gives ${facts.length}`);
}

// Against 24–27/30 a fact counts by its numerator, if its denominator is the same.
function numerator(literal, known) {
  const { kind, denominator } = literal.ends ? literal.ends[0] : literal;
  if (kind !== "ratio") {
    if (known.pair && kind === "number") {
      throw new Undecidable("type", `the fact is ${bare(known)}; bind its numerator or its share`);
    }
    return known;
  }
  if (!known.pair || !denominator.equals(known.pair[1])) {
    throw new Undecidable("type", `the fact is ${bare(known)}: it is not out of ${plain(denominator)}`);
  }
  return fact(Fraction.of(known.pair[0]));
}

function bothEnds(literal, facts, { n, exact }) {
  if (facts.length !== 2) {
    throw new Undecidable("range", `${literal.text} has two ends and the ledger gives ${facts.length}`);
  }
  const results = literal.ends.map((end, place) =>
    literal.hedge ? hedged({ ...end, hedge: literal.hedge }, facts[place]) : single(counted(end), facts[place], { n, exact, inPercent: false }));
  const off = results.filter((each) => each.verdict !== "verified");
  const joined = (some) => some.map((each) => each.message).filter(Boolean).join("; ");
  if (!off.length) return result("verified", "range", joined(results), { rounded: results.some((each) => each.rounded) });
  const [one, other] = facts.map((each) => each.value);
  return result("refuted", "range", joined(off), { suggestion: spellRange(smaller(one, other), larger(one, other), literal) });
}

// An end of 24–27/30 as a count, since its fact is one by now.
function counted(end) {
  if (end.kind !== "ratio") return end;
  return {
    ...end, kind: "number", step: new Fraction(1n), unit: null, noun: null, form: "digits", hedge: null, bound: null,
    quantifier: null, exact: true, numerator: null, denominator: null, ends: null, plain: true,
  };
}

function within(literal, facts) {
  let [low, high] = literal.ends.map((end) => end.value);
  if (literal.hedge) [low, high] = [low.minus(low.abs().over(20)), high.plus(high.abs().over(20))];
  const values = facts.map((each) => each.value);
  const least = values.reduce(smaller), most = values.reduce(larger);
  if (low.compare(least) <= 0 && most.compare(high) <= 0) return result("verified", "range");
  const [end] = literal.ends;
  const message = `not all values lie within ${literal.text}: they run from ${shown(fact(least), end)} to ${shown(fact(most), end)}`;
  return result("refuted", "range", message, { suggestion: spellRange(least, most, literal, true) });
}

// --- wording ---

// The true value as a reader of the literal would read it: 0.7333 beside a percentage is 73.33%.
function shown(known, literal) {
  if (literal.kind === "percent" || literal.kind === "change") {
    const percent = `${plain(known.value.times(100))}%`;
    return known.pair ? `${bare(known)} (${percent})` : percent;
  }
  if (literal.kind === "points") return `${plain(known.value.times(100))} points`;
  if (literal.kind === "money") return `${/^[$€£¥]/.exec(literal.text)?.[0] ?? ""}${plain(known.value)}`;
  return bare(known);
}

function suggest(literal, known) {
  if (literal.kind === "change" && known.value.sign < 0 !== literal.value.sign < 0) return null;
  return spell(known.value, literal);
}

// The wording with the digits that the pack stores: 76.67% for 76.666667%.
function stored(literal, known) {
  if (literal.form !== "digits" || known.step === null) return suggest(literal, known);
  const factor = SHARES.includes(literal.kind) ? 100 : 1;
  let places = 0;
  while (known.step.times(factor).scaled(places).compare(1) < 0) places += 1;
  const value = known.value.times(factor);
  const body = places < 12 ? fixed(roundTo(value, new Fraction(1n).scaled(-places)), places) : plain(value);
  return literal.text.replace(literal.number, () => body);
}

// Returns a text as Python's repr() quotes it, for messages that are the same in both.
function quoted(text) {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = "";
  for (const char of text) {
    if (char === mark || char === "\\") out += `\\${char}`;
    else if (char === "\n") out += "\\n";
    else if (char === "\t") out += "\\t";
    else if (char === "\r") out += "\\r";
    else if (char !== " " && /[\p{C}\p{Z}]/u.test(char)) out += escape(char.codePointAt(0));
    else out += char;
  }
  return mark + out + mark;
}

function escape(code) {
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
return { compare, quoted };
})();
// facts/judge.js
const module20 = (() => {
// What a claim's facts say about its words, as generator/facts.py decides it before a page is built.

const { compare, quoted } = module19;
const { scan } = module18;
const { isQuery } = module2;
const { cellText, spelled } = module1;

const WORST = { verified: 0, undecidable: 1, refuted: 2 };
const outcome = (verdict, rule, message, hint = "") => ({ verdict, rule, message, hint });

// Returns verdict, rule, message and hint. `text` is the whole block, [start, end] the span in it, `skip` where its own
// words begin; `words` is the span as a reader sees it; `values` are those of `is`, `holds` is a value or undefined,
// `set` the values of `inside`.
function judge({ text, span, skip, words, names, entry, values, holds, set }) {
  const found = scan(text, names).filter((each) => each.start >= skip);
  const [start, end] = span;
  const inside = found.filter((each) => start <= each.outerStart && each.outerEnd <= end);
  const cut = found.find((each) => each.outerStart < end && start < each.outerEnd && !inside.includes(each));
  if (cut) {
    const whole = text.slice(cut.outerStart, cut.outerEnd);
    return outcome("undecidable", "cut", `the words around it belong to the number: ${quoted(whole)}`);
  }
  const outcomes = entry.is ? compared(entry, words, inside, values) : [];
  if (entry.inside) outcomes.push(inSet(inside, set, entry));
  if (entry.holds) outcomes.push(held(entry.holds, holds));
  if (!entry.is && !entry.inside && inside.length) {
    outcomes.push(outcome("undecidable", "unbound", `no fact was given for ${quoted(inside[0].text)}`));
  }
  return worstOf(outcomes);
}

// Returns what becomes of a value that the build printed itself.
function judgePrinted(words, value) {
  if (value === null) return outcome("undecidable", "missing", "the pack holds no value here");
  const told = compareWords(words, value);
  return told.verdict === "verified" ? outcome("verified", "value", "printed from the pack") : told;
}

function worstOf(outcomes) {
  const worst = outcomes.reduce((one, other) => (WORST[other.verdict] > WORST[one.verdict] ? other : one));
  const alike = outcomes.filter((each) => each.verdict === worst.verdict);
  const joined = (name) => [...new Set(alike.map((each) => each[name]).filter(Boolean))].join("; ");
  return { ...worst, message: joined("message"), hint: joined("hint") };
}

function compared(entry, words, quantities, values) {
  const pairs = pairUp(quantities, values);
  const quoted = values.length === 1 && (!quantities.length || values[0] === words);
  if (!pairs.length && !quoted) {
    const several = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
    const message = `${several(quantities.length, "number")} here, and ${several(values.length, "fact")} to compare with`;
    return [outcome("undecidable", "wrong-arity", message)];
  }
  const numbers = pairs.map(([quantity, some]) => {
    const told = compare(quantity, some.length > 1 ? some : some[0], { factUnit: entry.unit ?? null });
    return toldOf(told, quantity, some.map(cellText).join(" and "));
  });
  if (values.length === 1 && (!numbers.length || (numbers[0].verdict !== "verified" && values[0] === words))) {
    return [compareWords(words, values[0])];
  }
  return numbers;
}

// Returns each quantity with its values, in order: one each, or two for a range, or for k/n its k and its n; [] where
// the numbers do not fit.
function pairUp(quantities, values) {
  if (quantities.length === values.length) return quantities.map((quantity, place) => [quantity, [values[place]]]);
  for (const ratios of [false, true]) {
    const widths = quantities.map((each) => (each.ends || (ratios && each.kind === "ratio") ? 2 : 1));
    if (values.length !== widths.reduce((one, other) => one + other, 0)) continue;
    const rest = [...values];
    return withRatios(quantities.map((quantity, place) => [quantity, rest.splice(0, widths[place])]));
  }
  return [];
}

function withRatios(pairs) {
  const made = [];
  for (const [quantity, values] of pairs) {
    if (quantity.kind !== "ratio" || values.length !== 2) made.push([quantity, values]);
    else if (values.some((value) => typeof value !== "bigint")) return [];
    else made.push([quantity, [`${values[0]}/${values[1]}`]]);
  }
  return made;
}

function inSet(quantities, set, entry) {
  if (quantities.length !== 1 || !(quantities[0].ends || quantities[0].bound)) {
    return outcome("undecidable", "wrong-arity", "one range or bound is expected here");
  }
  const told = compare(quantities[0], set, { factUnit: entry.unit ?? null, inside: true });
  return toldOf(told, quantities[0], `${set.length} value${set.length === 1 ? "" : "s"}`);
}

function toldOf(told, quantity, shown) {
  if (told.verdict === "verified") return outcome("verified", told.rule, told.message || `${quantity.text} against ${shown}`);
  let message = told.message || `the pack says ${shown}`;
  if (told.verdict === "refuted" && !message.includes(shown)) message = `${message} (the pack says ${shown})`;
  return outcome(told.verdict, told.rule, message, told.suggestion ? `write ${told.suggestion}` : "");
}

function compareWords(words, value) {
  if (value === null) return outcome("undecidable", "missing", "the pack holds no value here");
  const text = spelled(value).normalize("NFC").split(/\s+/).filter(Boolean).join(" ");
  if (words.normalize("NFC") === text) return outcome("verified", "words", "the words of the pack");
  return outcome("refuted", "words", `the pack says ${typeof value === "string" ? quoted(text) : text}`, `write ${text}`);
}

function held(query, value) {
  if (value === true || value === 1n) return outcome("verified", "holds", "the pack says that it holds");
  if (value === false || value === 0n) return outcome("refuted", "holds", "the pack says that it does not hold");
  if (value === null) return outcome("undecidable", "holds", "the pack does not hold what it asks for");
  if (value?.number !== undefined && Number(value.number) === 1) return outcome("verified", "holds", "the pack says that it holds");
  return outcome("undecidable", "holds", `${isQuery(query) ? "the query" : "the cell"} gives ${cellText(value)}, expected 1 or 0`);
}
return { judge, judgePrinted };
})();
// recheck/check.js
const module21 = (() => {
// All claims of a page again, from the page's own data or from a pack's tables.

const { cellAt, isQuery, Unanswered } = module2;
const { judge, judgePrinted } = module20;
const { alike, same, valueOf } = module1;

// Returns the facts of a claim with their values. `tables` are by alias and name; `ask` answers a query with the rows
// of its first column, or is null where nothing here can: then the stored value stands, and `how` says so.
function readFacts(claim, tables, ask) {
  const { entry } = claim;
  const readings = claim.readings.map(([fact, written]) => {
    const stored = valueOf(written);
    const { value, how, reason } = readFact(fact, stored, tables, ask);
    return { fact, stored, value, how, reason, agrees: (how === "query" ? alike : same)(stored, value) };
  });
  const facts = entry.is?.length ?? 0;
  let set = claim.set?.map(valueOf);
  if (entry.inside && ask) set = ask(entry.inside.trimEnd().replace(/;$/, ""));
  const holds = entry.holds ? readings[facts + (entry.inside ? 1 : 0)]?.value : undefined;
  return { readings, values: readings.slice(0, facts).map((each) => each.value), set, holds };
}

function readFact(fact, stored, tables, ask) {
  if (isQuery(fact) && !ask) return { value: stored, how: "stored", reason: "" };
  try {
    if (!isQuery(fact)) return { value: cellAt(fact, tables), how: "cell", reason: "" };
    const rows = ask(fact);
    if (rows.length !== 1) throw new Unanswered(`the query gives ${rows.length} rows`);
    return { value: rows[0], how: "query", reason: "" };
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    return { value: stored, how: "stored", reason: error.message };
  }
}

// Returns what is to be said of a claim whose words are `words`, and of the block that they stand in `prose`.
function checkClaim(data, claim, facts, words, prose) {
  if (!claim.span) return judgePrinted(words, facts.values[0]);
  const [block, skip] = data.blocks[claim.block];
  const [start, end] = claim.span;
  const text = block.slice(0, start) + prose + block.slice(end);
  const span = [start, start + prose.length];
  const { values, holds, set } = facts;
  return judge({ text, span, skip, words, names: data.names, entry: claim.entry, values, holds, set });
}

const needsQueries = (data) =>
  data.claims.some(({ entry, readings }) => entry.inside || readings.some(([fact]) => isQuery(fact)));
return { readFacts, checkClaim, needsQueries };
})();
// recheck/page.js
const module22 = (() => {
// "Check this page": the claims of the page before the reader, compared again on her machine.

const { loadSqlite, openDatabase } = module6;
const { cellText } = module1;
const { openPack } = module10;
const { checkClaim, needsQueries, readFacts } = module21;

const OBJECT = "\ufffc"; // stands for code and images, which are no prose
const byId = (id) => document.getElementById(id);

// Returns the words of a claim as a reader sees them; with `asProse`, code in them is one character.
function wordsOf(node, asProse = false) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeName === "CODE" && asProse) return OBJECT;
  if (node.nodeName === "IMG") return asProse ? OBJECT + node.alt + OBJECT : node.alt;
  return [...node.childNodes].map((child) => wordsOf(child, asProse)).join("");
}

const tidy = (text) => text.split(/\s+/).filter(Boolean).join(" ");
const plural = (count, one, more = `${one}s`) => `${count} ${count === 1 ? one : more}`;

class PageCheck {
  constructor(data, box) {
    this.data = data;
    this.box = box;
    this.tables = data.tables;
    this.whole = false; // whether the tables are those of a pack that the reader brought
    this.facts = new Map();
    this.kept = new Map();
  }

  elementOf(claim) {
    return byId(`ref-${claim.number}`);
  }

  // Reads every claim's facts again; queries too, where SQLite can be had.
  async read() {
    let database = null, why = "";
    if (needsQueries(this.data)) {
      if (!this.box.dataset.sqlite) why = "this site was built without SQLite for browsers";
      else {
        try {
          database = openDatabase(await loadSqlite(this.box.dataset.sqlite), this.tables);
        } catch (error) {
          why = error.message;
        }
      }
    }
    try {
      for (const claim of this.data.claims) this.facts.set(claim, readFacts(claim, this.tables, database?.ask ?? null));
    } finally {
      database?.close();
    }
    return why;
  }

  judged(claim) {
    const element = this.elementOf(claim);
    if (!element) return { verdict: "undecidable", rule: "gone", message: "it is not in the text any more", hint: "" };
    const facts = this.facts.get(claim) ?? readFacts(claim, this.tables, null);
    const prose = wordsOf(element, true).replace(/\s/g, " ");
    return checkClaim(this.data, claim, facts, tidy(wordsOf(element)), prose);
  }

  // Returns what became of each claim; the page shows it.
  async run() {
    const why = await this.read();
    const results = this.data.claims.map((claim) => {
      const told = this.judged(claim), { readings } = this.facts.get(claim);
      const changed = readings.filter((each) => !each.agrees);
      const holds = told.verdict === "verified" && (this.whole || !changed.length);
      this.mark(claim, told, readings, changed, holds);
      return { number: claim.number, verdict: told.verdict, rule: told.rule, holds, readings };
    });
    return { results, why };
  }

  mark(claim, told, readings, changed, holds) {
    const element = this.elementOf(claim);
    element?.classList.toggle("claim--rechecked", holds);
    element?.classList.toggle("claim--wrong", !holds);
    const item = byId(`claim-${claim.number}`);
    if (!item) return;
    let line = item.querySelector(".evidence__recheck");
    if (!line) {
      line = document.createElement("p");
      line.className = "evidence__recheck";
      item.append(line);
    }
    line.classList.toggle("evidence__recheck--differs", !holds);
    const given = changed.map((each) => `${each.fact} gives ${cellText(each.value)}, and ${cellText(each.stored)} was stored`);
    const said = holds ? "Checked again here: it holds" : `Checked again here: ${told.message}`;
    const from = readings.some((each) => each.how === "stored") ? " (compared with the stored value)" : "";
    line.textContent = [said + from, ...given, holds ? "" : told.hint].filter(Boolean).join("; ");
  }
}

// Says how it came out, to eyes and to screen readers.
function summary({ results, why }) {
  const held = results.filter((each) => each.holds).length;
  const hows = results.flatMap((each) => each.readings.map((reading) => reading.how));
  const count = (how) => hows.filter((each) => each === how).length;
  const parts = [`${held} of ${plural(results.length, "claim")} ${results.length === 1 ? "holds" : "hold"}.`];
  const again = [];
  if (count("cell")) again.push(`${plural(count("cell"), "value")} read from cells`);
  if (count("query")) again.push(`${plural(count("query"), "value")} computed again by query`);
  if (count("stored")) again.push(`${plural(count("stored"), "value")} only as stored in this page${why ? `, for ${why}` : ""}`);
  if (again.length) parts.push(`${again.join("; ")}.`);
  return parts.join(" ");
}

function say(element, text, good) {
  element.textContent = text;
  element.classList.toggle("recheck__status--holds", good);
  element.classList.toggle("recheck__status--differs", !good);
}

async function checkPage(check, button) {
  button.disabled = true;
  say(byId("recheck_status"), "Checking …", true);
  try {
    const outcome = await check.run();
    say(byId("recheck_status"), summary(outcome), outcome.results.every((each) => each.holds));
    document.dispatchEvent(new CustomEvent("clawpub-checked", { detail: outcome.results }));
    return outcome;
  } finally {
    button.disabled = false;
    button.focus();
  }
}

// --- changing a statement ---

function startEditing(check) {
  for (const claim of check.data.claims) {
    const element = check.elementOf(claim);
    if (!element) continue;
    check.kept.set(claim, [...element.childNodes].map((node) => node.cloneNode(true)));
    element.contentEditable = "true";
    element.setAttribute("role", "textbox");
    element.setAttribute("aria-label", `Statement ${claim.number}`);
    element.classList.add("claim--editable");
    element.spellcheck = false;
    element.oninput = () => edited(check, claim, element);
    element.onclick = (event) => event.preventDefault();
    element.onkeydown = (event) => {
      if (event.key === "Escape") restore(check, claim, element);
      if (event.key === "Enter") event.preventDefault();
    };
  }
}

function stopEditing(check) {
  for (const claim of check.data.claims) {
    const element = check.elementOf(claim);
    if (!element) continue;
    restore(check, claim, element);
    for (const name of ["contenteditable", "role", "aria-label", "spellcheck"]) element.removeAttribute(name);
    element.classList.remove("claim--editable");
    element.oninput = element.onclick = element.onkeydown = null;
  }
  check.kept.clear();
}

function restore(check, claim, element) {
  element.replaceChildren(...(check.kept.get(claim) ?? []).map((node) => node.cloneNode(true)));
  edited(check, claim, element);
}

function edited(check, claim, element) {
  const told = check.judged(claim), wrong = told.verdict !== "verified";
  element.classList.toggle("claim--wrong", wrong);
  element.classList.remove("claim--rechecked");
  element.toggleAttribute("aria-invalid", wrong);
  if (wrong) element.setAttribute("aria-invalid", "true");
  const id = `said_${claim.number}`;
  let said = byId(id);
  if (!wrong) {
    said?.remove();
    element.removeAttribute("aria-describedby");
    return;
  }
  if (!said) {
    said = document.createElement("span");
    said.id = id;
    said.className = "claim__said";
    said.setAttribute("role", "status");
    element.after(said);
  }
  element.setAttribute("aria-describedby", id);
  said.textContent = ` [${[told.message, told.hint].filter(Boolean).join("; ")}]`;
}

// --- a pack of the reader's own ---

async function checkPack(check, file, button) {
  const line = byId("recheck_pack");
  say(line, `Reading ${file.name} …`, true);
  try {
    const pack = await openPack(new Uint8Array(await file.arrayBuffer()));
    const aliases = Object.entries(check.data.packs).filter(([, known]) => known.digest === pack.digest);
    if (pack.changed.length) {
      say(line, `${file.name} was changed after it was sealed: ${pack.changed.join("; ")}`, false);
      return;
    }
    if (!aliases.length) {
      say(line, `${file.name} is whole, and it is no pack that this page stands on: its digest is ${pack.digest}`, false);
      return;
    }
    check.tables = { ...check.tables };
    for (const [alias] of aliases) check.tables[alias] = pack.tables();
    check.whole = true;
    const { results } = await checkPage(check, button);
    const held = results.filter((each) => each.holds).length;
    const files = plural(pack.files, "file");
    say(line, `${file.name} is the pack ${aliases[0][1].id}, ${files} as sealed: ${held} of ${plural(results.length, "claim")} hold against it.`,
      held === results.length);
  } catch (error) {
    say(line, `${file.name} cannot be read as a pack: ${error.message}`, false);
  }
}

function watchFiles(check, button) {
  const drop = byId("recheck_drop");
  byId("recheck_file").addEventListener("change", (event) => {
    if (event.target.files[0]) checkPack(check, event.target.files[0], button);
  });
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("recheck__drop--over");
    });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("recheck__drop--over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("recheck__drop--over");
    if (event.dataTransfer.files[0]) checkPack(check, event.dataTransfer.files[0], button);
  });
}

function start() {
  const box = byId("recheck_box"), data = byId("recheck_data");
  if (!box || !data) return;
  const check = new PageCheck(JSON.parse(data.textContent), box);
  const button = byId("recheck_run"), edit = byId("recheck_edit");
  button.addEventListener("click", () => checkPage(check, button));
  edit.addEventListener("click", () => {
    const on = edit.getAttribute("aria-pressed") !== "true";
    edit.setAttribute("aria-pressed", String(on));
    (on ? startEditing : stopEditing)(check);
  });
  watchFiles(check, button);
  box.hidden = false;
}

start();
return {  };
})();
return module22;
})();
