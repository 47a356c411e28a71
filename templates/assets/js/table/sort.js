// Tables that sort. A press on a heading puts the largest number first, or the first word; a second press turns that
// round; a third brings back the order in which the page came. Cells without a value stay last, and rows that are
// alike stay in their order.

import { compare, keyOf } from "./keys.js";

export function sortTables() {
  const tables = document.querySelectorAll(".table--sortable");
  if (!tables.length) return;
  const told = document.createElement("p");
  told.className = "visually-hidden";
  told.setAttribute("role", "status");
  document.body.append(told);
  for (const table of tables) prepare(table, (words) => (told.textContent = words));
}

function prepare(table, say) {
  const rows = [...table.tBodies[0].rows], headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const way = next(heading);
      for (const each of headings) each.removeAttribute("aria-sort");
      if (way) heading.setAttribute("aria-sort", way);
      table.tBodies[0].append(...(way ? sorted(rows, place, isNumeric(heading), way) : rows));
      const box = table.closest(".table-box");
      if (box) box.scrollTop = 0;
      say(way ? `Sorted by ${button.textContent.trim()}, ${words(isNumeric(heading), way)}.` : "As the page came.");
    });
  });
}

const isNumeric = (heading) => heading.classList.contains("number");

// Returns how a heading sorts at its next press, "" for not at all: numbers are asked for the largest first.
function next(heading) {
  const ways = isNumeric(heading) ? ["descending", "ascending", ""] : ["ascending", "descending", ""];
  return ways[(ways.indexOf(heading.getAttribute("aria-sort") ?? "") + 1) % ways.length];
}

function words(numeric, way) {
  if (numeric) return way === "descending" ? "the largest first" : "the smallest first";
  return way;
}

function sorted(rows, place, numeric, way) {
  const turn = way === "descending" ? -1 : 1;
  const keyed = rows.map((row) => ({ row, key: keyOf(row.cells[place], numeric) }));
  keyed.sort((one, other) =>
    one.key === null || other.key === null
      ? (one.key === null) - (other.key === null)
      : turn * compare(one.key, other.key));
  return keyed.map(({ row }) => row);
}
