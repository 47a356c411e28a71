// The rows of a CSV file (RFC 4180).

export function readCsv(text) {
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
