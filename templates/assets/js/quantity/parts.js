// The tokens around a core, and what stands at an index. Past the end stand paragraph breaks.

export class Stream {
  constructor(text, found) {
    this.text = text;
    const end = text.length;
    const pad = { kind: "sym", text: "\n\n", low: "\n\n", start: end, end };
    this.tokens = [...found, ...Array(14).fill(pad)];
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
export const PART = {
  kind: "number", unit: null, noun: null, form: "digits", power: 0, exact: false, odd: false, quantifier: null,
  numerator: null, denominator: null, ends: null,
};

// Whether it may stand in a ratio: a bare number without scale or unit.
export const countable = (part) =>
  part.kind === "number" && part.unit === null && part.power === 0 && part.value.sign >= 0;
