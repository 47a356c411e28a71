// What a claim's popover holds: what its footnote says, without saying the claim again.

const numberOf = (claim) => claim.id.replace("ref-", "");

// Returns the footnote of a claim: an item of the evidence, or a waiver in the colophon; null where there is none.
export const evidenceOf = (claim) => document.getElementById(`claim-${numberOf(claim)}`);

export function contentsOf(claim, close) {
  const copy = evidenceOf(claim).cloneNode(true);
  for (const node of copy.querySelectorAll("[id]")) node.removeAttribute("id");
  const verdict = copy.querySelector(".verdict") ?? made("span", "verdict verdict--waived", "waived");
  const reason = copy.querySelector(".waivers__reason");
  copy.querySelector(".evidence__words")?.remove();
  const head = made("p", "popover__head", verdict, button(close));
  const body = reason ? [made("p", "", reason)] : [...copy.children];
  const link = made("a", "", `Statement ${numberOf(claim)} in the list of evidence`);
  link.href = `#claim-${numberOf(claim)}`;
  return [head, ...body, made("p", "popover__foot", link)];
}

function button(close) {
  const cross = made("span", "", "×"), element = made("button", "popover__close", cross);
  cross.setAttribute("aria-hidden", "true");
  element.type = "button";
  element.setAttribute("aria-label", "Close the evidence");
  element.addEventListener("click", close);
  return element;
}

function made(name, className, ...children) {
  const element = document.createElement(name);
  element.className = className;
  element.append(...children);
  return element;
}
