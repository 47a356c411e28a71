// The files of a zip archive, by their paths: those stored and those deflated, which the browser inflates itself.

const END = 0x06054b50, ENTRY = 0x02014b50;
const MOST = 256 << 20; // bytes of all files, as of one in clawpub/pack/reader.py

export async function unzip(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOf(view);
  const count = view.getUint16(end + 10, true);
  const files = new Map();
  let at = view.getUint32(end + 16, true), total = 0;
  for (let number = 0; number < count; number++) {
    if (view.getUint32(at, true) !== ENTRY) throw new Error("its list of files is damaged");
    const method = view.getUint16(at + 10, true), packed = view.getUint32(at + 20, true), size = view.getUint32(at + 24, true);
    const [name, extra, comment] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
    const path = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + name));
    total += size;
    if (total > MOST) throw new Error(`it unpacks to more than ${MOST >> 20} MB`);
    if (!path.endsWith("/")) files.set(path, await contentOf(bytes, view, view.getUint32(at + 42, true), method, packed, size, path));
    at += 46 + name + extra + comment;
  }
  return files;
}

function endOf(view) {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 65_557); at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw new Error("it is no zip archive");
}

async function contentOf(bytes, view, at, method, packed, size, path) {
  const start = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  const data = bytes.subarray(start, start + packed);
  if (method !== 0 && method !== 8) throw new Error(`${path} is packed in a way that no browser unpacks`);
  return method === 0 ? data : inflated(data, "deflate-raw", size, path);
}

// Returns what packed bytes hold; what is damaged comes back as it is, so that its digest names it.
export async function inflated(data, format, most, path) {
  const parts = [];
  let length = 0;
  try {
    const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream(format)).getReader();
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      length += step.value.length;
      if (length > most) throw new Error(`${path} unpacks to more than it says`);
      parts.push(step.value);
    }
  } catch {
    return data;
  }
  const whole = new Uint8Array(length);
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}
