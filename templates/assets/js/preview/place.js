// Where the reader was, kept over a reload of the same page.

const KEY = "clawpub-preview";

const OPEN = "clawpub-preview-open";

// The panel stays open, or closed, from page to page.
export function keepOpen() {
  const box = document.getElementById("preview_box");
  if (!box) return;
  box.open = sessionStorage.getItem(OPEN) === "yes" || location.hash === "#preview_here";
  box.addEventListener("toggle", () => sessionStorage.setItem(OPEN, box.open ? "yes" : "no"));
  for (const link of document.querySelectorAll('a[href="#preview_here"]')) {
    link.addEventListener("click", () => { box.open = true; });
  }
}

export function keepPlace() {
  const at = document.querySelector(".preview__lists")?.scrollTop ?? 0;
  const place = { path: location.pathname, x: scrollX, y: scrollY, at };
  sessionStorage.setItem(KEY, JSON.stringify(place));
}

export function restorePlace() {
  const kept = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  const place = kept ? JSON.parse(kept) : null;
  if (!place || place.path !== location.pathname) return;
  document.querySelector(".preview__lists")?.scrollTo(0, place.at);
  scrollTo({ left: place.x, top: place.y, behavior: "instant" });
}
