// A page of a preview: it hears from its server what is new, and shows what each flag tells where the flag stands.

import { keepOpen, keepPlace, restorePlace } from "./place.js";
import { watchFlags } from "./flags.js";

const byId = (id) => document.getElementById(id);

function say(text) {
  const live = byId("preview_live");
  if (live) live.textContent = text;
}

// Puts a new stylesheet behind the old one, and takes the old one away when the new one is there: nothing flickers.
function swapStylesheet(path) {
  const old = document.querySelector('link[rel="stylesheet"][href*="assets/site."]');
  if (!old) return location.reload();
  const link = old.cloneNode();
  link.href = old.getAttribute("href").replace(/assets\/site\.[^/]*$/, path);
  link.onload = () => old.remove();
  old.after(link);
}

// The server made this HTML and escaped all that is in it.
function parsed(html) {
  return [...new DOMParser().parseFromString(html, "text/html").body.childNodes];
}

function swapPanel({ band, panel }) {
  const at = document.querySelector(".preview__lists")?.scrollTop ?? 0;
  byId("preview_band")?.replaceChildren(...parsed(band));
  byId("preview").replaceChildren(...parsed(panel));
  keepOpen();
  document.querySelector(".preview__lists")?.scrollTo(0, at);
  watchFlags();
}

function listen() {
  const { page, stamp } = byId("preview").dataset;
  const source = new EventSource(`/_clawpub/events?${new URLSearchParams({ page, stamp })}`);
  source.onopen = () => say("live");
  source.onerror = () => say("the server is gone; waiting for it");
  source.addEventListener("page", () => {
    source.close();
    keepPlace();
    location.reload();
  });
  source.addEventListener("stylesheet", (event) => swapStylesheet(JSON.parse(event.data)));
  source.addEventListener("panel", (event) => {
    swapPanel(JSON.parse(event.data));
    say("live");
  });
  addEventListener("pagehide", () => source.close());
}

keepOpen();
restorePlace();
watchFlags();
listen();
