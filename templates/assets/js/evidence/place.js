// Where a popover stands: below its claim, above where there is more room, within the window.

const GAP = 6, MARGIN = 12, LEAST = 160;

// Styles are set one by one from here, which the page's policy allows; it refuses them in markup.
export function place(box, claim) {
  const lines = claim.getClientRects(), first = lines[0], last = lines[lines.length - 1];
  const { clientWidth: width, clientHeight: height } = document.documentElement;
  const set = (name, value) => box.style.setProperty(name, `${value}px`);
  box.style.removeProperty("max-block-size");
  const wanted = box.offsetHeight;
  const below = height - last.bottom - GAP - MARGIN, above = first.top - GAP - MARGIN;
  const up = wanted > below && above > below;
  const room = Math.min(wanted, Math.max(up ? above : below, LEAST));
  if (room < wanted) set("max-block-size", room);
  const left = Math.min((up ? first : last).left, width - box.offsetWidth - MARGIN);
  set("left", Math.max(left, MARGIN) + scrollX);
  set("top", (up ? first.top - GAP - room : last.bottom + GAP) + scrollY);
}
