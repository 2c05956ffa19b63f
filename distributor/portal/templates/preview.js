// Asks twice a second whether something has changed, and then loads the page anew, at the same place.
"use strict";

const PAUSE_MS = 500;
const shown = document.documentElement.dataset.version;
const frame = document.querySelector("iframe");
const narrow = document.querySelector("#narrow");
const stopped = document.querySelector(".stopped");
const choose = document.querySelector("#choose");

// While the report cannot be shown, the place where its reader was is still known.
function keep() {
  if (!frame) return;
  sessionStorage.setItem("preview", JSON.stringify({ top: frame.contentWindow.scrollY, narrow: narrow.checked }));
}

function restore() {
  if (!frame) return;
  const kept = JSON.parse(sessionStorage.getItem("preview") || "{}");
  narrow.checked = kept.narrow === true;
  const scroll = () => frame.contentWindow.scrollTo(0, kept.top || 0);
  frame.addEventListener("load", scroll);
  if (frame.contentDocument.readyState === "complete") scroll();
}

async function look() {
  try {
    const answer = await fetch("/version", { cache: "no-store" });
    const found = answer.ok ? String((await answer.json()).version) : "";
    stopped.hidden = true;
    if (found !== shown) {
      location.reload();
      return;
    }
  } catch {
    stopped.hidden = false;
  }
  setTimeout(look, PAUSE_MS);
}

restore();
addEventListener("pagehide", keep);
choose.addEventListener("change", () => choose.requestSubmit());
setTimeout(look, PAUSE_MS);
