// Intervals and percentiles: clawpub/stats.py in the browser, operation by operation, so that the same numbers come out.
// The gamma function is Python's own (Lanczos, as CPython's mathmodule.c has it).

import { Fraction } from "../quantity/fraction.js";

const Z = 1.9599639845400536; // NormalDist().inv_cdf(0.975)
const CONFIDENCE = 0.95;

export function wilson(k, n) {
  checkCount(k, n);
  return scoreInterval(k / n, n);
}

export function clusteredInterval(passes, runs) {
  return scoreInterval(sum(passes) / sum(runs), effectiveRuns(passes, runs));
}

// Returns how many independent runs would tell as much; between 0 and all runs.
export function effectiveRuns(passes, runs) {
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
export function tQuantile(probability, freedom) {
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
export function tTwoSided(t, freedom) {
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
export function percentile(values, q) {
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
