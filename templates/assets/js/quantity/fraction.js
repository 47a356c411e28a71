// Exact numbers: a whole number over a whole number, always in lowest terms, the lower one positive.

export class Fraction {
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

export const smaller = (one, other) => (one.compare(other) <= 0 ? one : other);
export const larger = (one, other) => (one.compare(other) >= 0 ? one : other);

const HALF = new Fraction(1n, 2n);
