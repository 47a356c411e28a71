// Queries, by the SQLite of sqlite.org: fetched from this site when the first query is to be answered, not before.

import { Unanswered } from "./cells.js";
import { OVER_TASKS, overTasks, overValues, SCALARS } from "./functions.js";
import { cellOf } from "./values.js";

const TYPES = { integer: "INTEGER", number: "REAL", boolean: "INTEGER", string: "TEXT", datetime: "TEXT" };
let loading = null;

// Returns SQLite, loaded from the script at `url`, once.
export function loadSqlite(url) {
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
export function openDatabase(sqlite, tables) {
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
export function printedFloat(number) {
  if (!Number.isFinite(number)) return null;
  const [mantissa, exponent] = number.toPrecision(15).split("e");
  const short = mantissa.includes(".") ? mantissa.replace(/0+$/, "").replace(/\.$/, "") : mantissa;
  return { number: exponent === undefined ? short : `${short}e${exponent}` };
}
