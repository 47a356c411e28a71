// The two numbers that a range or a ratio is made of, each by itself: `from [31%] to [88%]`, `[35] of [81]`.

const BETWEEN = /\s+(?:out\s+)?of\s+/i;

// Returns the ends of a range, or k and n of a ratio as counts; null where it is neither, or words around it say
// something of both.
function pieces(quantity) {
  if (quantity.hedge || quantity.bound || quantity.quantifier || !quantity.plain) return null;
  if (quantity.ends) return quantity.ends;
  const found = quantity.kind === "ratio" ? BETWEEN.exec(quantity.text) : null;
  if (!found) return null;
  const behind = found.index + found[0].length;
  return [
    count(quantity, quantity.numerator, 0, found.index),
    count(quantity, quantity.denominator, behind, quantity.text.length),
  ];
}

function count(ratio, value, from, to) {
  const start = ratio.start + from, end = ratio.start + to, text = ratio.text.slice(from, to);
  return {
    ...ratio, text, start, end, kind: "number", number: text, value, numerator: null, denominator: null, exact: true,
    outerStart: start, outerEnd: end,
  };
}

// Returns a range or a ratio as its two numbers where a span holds one of them and touches nothing of the other.
export function apart(quantity, [start, end]) {
  const both = pieces(quantity);
  if (!both || start >= quantity.outerEnd || quantity.outerStart >= end) return [quantity];
  const holds = (each) => start <= each.start && each.end <= end;
  const touches = (each) => start < each.end && each.start < end;
  const [one, other] = both;
  return (holds(one) && !touches(other)) || (holds(other) && !touches(one)) ? both : [quantity];
}
