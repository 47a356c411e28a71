// The evidence of a claim beside the claim. Without this script a claim is what it is anyway: a link to its footnote.
//
//   preview   a pointer rests on the claim, or the keyboard's focus is on it; it goes when they go
//   pinned    the claim was pressed: focus moves in; Escape, the button, a press elsewhere or focus elsewhere close it
//
// The links of a preview are left out of the order of Tab, or every claim would cost its reader five stops.

import { contentsOf, evidenceOf } from "./contents.js";
import { place } from "./place.js";

const OPEN_MS = 200; // a pointer that only crosses a claim opens nothing
const CLOSE_MS = 300; // time to cross the gap

class Evidence {
  constructor(claims) {
    this.claims = claims;
    this.claim = null; // whose evidence is open
    this.pinned = false;
    this.returning = false; // focus goes back to a claim, which opens nothing
    this.box = document.createElement("div");
    this.box.className = "popover";
    this.box.id = "evidence_popover";
    this.box.tabIndex = -1;
    this.box.setAttribute("role", "dialog");
    this.box.popover = "manual"; // of no effect in browsers that know no popovers
    this.claims.forEach(announce);
  }

  claimAt(node) {
    const claim = node.closest?.(".claim");
    return claim && this.claims.has(claim) && !claim.isContentEditable ? claim : null;
  }

  later(ms, action) {
    clearTimeout(this.timer);
    this.timer = action && setTimeout(action, ms);
  }

  open(claim, pinned = false) {
    this.later();
    if (this.claim !== claim) {
      this.close();
      if (claim.isContentEditable) return;
      this.claim = claim;
      this.box.setAttribute("aria-label", `Evidence of “${claim.textContent}”`);
      this.box.replaceChildren(...contentsOf(claim, () => this.close()));
      this.show(claim.closest("a") ?? claim);
    }
    this.pinned = pinned;
    this.box.classList.toggle("popover--pinned", pinned);
    for (const stop of this.box.querySelectorAll("a, button")) stop.tabIndex = pinned ? 0 : -1;
    if (pinned) this.box.focus({ preventScroll: true });
  }

  // Behind the claim in the page, so that reading on and Tab lead from the one to the other.
  show(link) {
    if (this.box.showPopover) {
      link.after(this.box);
      this.box.showPopover();
    } else document.body.append(this.box);
    if (link === this.claim) {
      link.setAttribute("aria-expanded", "true");
      link.setAttribute("aria-controls", this.box.id);
    }
    place(this.box, this.claim);
  }

  close() {
    this.later();
    if (!this.claim) return;
    const claim = this.claim, link = claim.closest("a"), had = this.box.contains(document.activeElement);
    this.claim = null;
    this.pinned = false;
    if (link === claim) announce(claim);
    if (had) {
      this.returning = true;
      link?.focus({ preventScroll: true });
      this.returning = false;
    }
    this.box.remove(); // which hides it
  }

  pointed({ target, pointerType }) {
    if (pointerType === "touch" || this.pinned) return;
    const claim = this.claimAt(target);
    if (this.box.contains(target) || (claim && claim === this.claim)) this.later();
    else if (claim) this.later(OPEN_MS, () => this.open(claim));
    else if (this.claim?.closest("a")?.matches(":focus-visible")) this.later();
    else this.later(CLOSE_MS, () => this.close());
  }

  focused({ target }) {
    if (this.returning || this.pinned || !target.matches?.(":focus-visible")) return;
    const claim = this.claimAt(target) ?? this.claimAt(target.querySelector?.(".claim") ?? target);
    if (claim) this.later(OPEN_MS, () => this.open(claim));
  }

  left({ relatedTarget: next }) {
    if (!this.claim) this.later();
    else if (next && !this.box.contains(next) && next !== this.claim) this.close();
  }

  pressed(event) {
    const { target } = event, claim = this.claimAt(target);
    if (this.box.contains(target)) {
      if (target.closest("a[href^='#']")) this.close();
    } else if (claim?.href && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)) {
      event.preventDefault();
      if (claim === this.claim && this.pinned) this.close();
      else this.open(claim, true);
    }
  }

  outside({ target }) {
    if (this.claim && !this.box.contains(target) && !this.claim.contains(target)) this.close();
  }

  listen() {
    const on = (name, told, capture = false) => document.addEventListener(name, told, capture);
    on("pointerover", (event) => this.pointed(event));
    on("focusin", (event) => this.focused(event));
    on("focusout", (event) => this.left(event));
    on("click", (event) => this.pressed(event));
    // A finger that lands may be about to scroll; one that leaves has tapped.
    on("pointerdown", (event) => event.pointerType !== "touch" && this.outside(event));
    on("pointerup", (event) => event.pointerType === "touch" && this.outside(event));
    on("keydown", (event) => event.key === "Escape" && this.close());
    on("scroll", ({ target }) => target !== document && target.contains(this.claim) && this.close(), true);
    addEventListener("resize", () => this.claim && place(this.box, this.claim));
    on("clawpub-editing", ({ detail: on }) => {
      this.close();
      this.claims.forEach(on ? silence : announce);
    });
  }
}

function announce(claim) {
  if (!claim.href) return; // inside another link, which says where it leads
  claim.setAttribute("aria-haspopup", "dialog");
  claim.setAttribute("aria-expanded", "false");
  claim.removeAttribute("aria-controls");
}

function silence(claim) {
  for (const name of ["aria-haspopup", "aria-expanded", "aria-controls"]) claim.removeAttribute(name);
}

export function openEvidence() {
  const claims = new Set([...document.querySelectorAll(".claim")].filter(evidenceOf));
  if (claims.size) new Evidence(claims).listen();
}
