// A cell by its path: `[pack.]table.column`, or `[pack.]table[key, ...].column`. clawpub/pack/query.py has the grammar.

import { cellOf, same } from "./values.js";

const CELL = /^(?:([A-Za-z_]\w*)\.)?([A-Za-z_]\w*)(?:\[((?:"[^"]*"|[^[\]"])*)\])?\.([A-Za-z_]\w*)$/;
const KEY_PART = /\s*(?:"([^"]*)"|([^,]*?))\s*(?:,|$)/y;

export const isQuery = (fact) => /^\s*(?:select|with)\b/i.test(fact);

// A fact that the tables at hand do not answer: `reason` says why.
export class Unanswered extends Error {}

// Returns the cell that a path names. `tables` are by alias and name; the first alias may be left out.
export function cellAt(path, tables) {
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
export function keyParts(key) {
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
