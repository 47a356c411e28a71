// All claims of a page again, from the page's own data or from a pack's tables.

import { cellAt, isQuery, Unanswered } from "../facts/cells.js";
import { judge, judgePrinted } from "../facts/judge.js";
import { alike, same, valueOf } from "../facts/values.js";

// Returns the facts of a claim with their values. `tables` are by alias and name; `ask` answers a query with the rows
// of its first column, or is null where nothing here can: then the stored value stands, and `how` says so.
export function readFacts(claim, tables, ask) {
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
export function checkClaim(data, claim, facts, words, prose) {
  if (!claim.span) return judgePrinted(words, facts.values[0]);
  const [block, skip] = data.blocks[claim.block];
  const [start, end] = claim.span;
  const text = block.slice(0, start) + prose + block.slice(end);
  const span = [start, start + prose.length];
  const { values, holds, set } = facts;
  return judge({ text, span, skip, words, names: data.names, entry: claim.entry, values, holds, set });
}

export const needsQueries = (data) =>
  data.claims.some(({ entry, readings }) => entry.inside || readings.some(([fact]) => isQuery(fact)));
