// A sealed pack out of its zip archive: every file compared with the digest that the descriptor has of it.

import { readCsv } from "./csv.js";
import { digestOf } from "./sha256.js";
import { inflated, unzip } from "./zip.js";

const DESCRIPTOR = "datapackage.json";
const TYPES = { any: "string", year: "integer" };
const MOST = 256 << 20;

// Returns the pack's digest, how many files it has, what of it was changed, and what reads its tables.
export async function openPack(bytes) {
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
