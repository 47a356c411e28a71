// What a flag tells: the button beside it opens a popover by itself; here it opens on hovering too, and beside its flag.

const GAP = 6;

function toldBy(button) {
  return document.getElementById(button.getAttribute("popovertarget"));
}

// Puts a popover below its button, or above where there is more room.
function place(told, button) {
  const around = button.getBoundingClientRect(), size = told.getBoundingClientRect();
  const below = around.bottom + GAP + size.height <= innerHeight;
  told.style.insetBlockEnd = "auto";
  told.style.top = `${Math.max(GAP, below ? around.bottom + GAP : around.top - GAP - size.height)}px`;
  told.style.left = `${Math.max(GAP, Math.min(around.left, document.documentElement.clientWidth - size.width - GAP))}px`;
}

function placeOpen() {
  const told = document.querySelector(".told:popover-open");
  const button = told && document.querySelector(`button[popovertarget="${told.id}"]`);
  if (button) place(told, button);
}

function watch(button) {
  const told = toldBy(button);
  if (!told || button.dataset.watched) return;
  button.dataset.watched = "yes";
  const flag = document.getElementById(button.getAttribute("popovertarget").replace("told", "flag"));
  let waiting = 0;
  const show = () => {
    const now = toldBy(button);
    if (!now || now.matches(":popover-open")) return;
    now.showPopover({ source: button });
    place(now, button);
  };
  for (const element of [button, flag]) {
    element?.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "mouse") waiting = setTimeout(show, 150);
    });
    element?.addEventListener("pointerleave", () => clearTimeout(waiting));
  }
}

export function watchFlags() {
  for (const button of document.querySelectorAll("button[popovertarget^='told-']")) watch(button);
  for (const told of document.querySelectorAll(".told")) {
    told.addEventListener("toggle", placeOpen);
  }
}

for (const kind of ["scroll", "resize"]) addEventListener(kind, placeOpen, { passive: true });
