/* After an answer the page is swapped: the next row, or else the heading, gets the focus; the words are read aloud. */
"use strict";

let next = null;
let isOfRows = false;

/** Numbers of the rows after the current one, nearest first. */
function following() {
  const rows = [...document.querySelectorAll("[data-row]")];
  const at = rows.findIndex((row) => row.matches(".is-current"));
  return at < 0 ? [] : rows.slice(at + 1).map((row) => row.dataset.row);
}

document.addEventListener("htmx:before:request", (event) => {
  const form = event.target.closest?.("[data-answers]");
  if (!form) return;
  isOfRows = ["line", "bulk"].includes(form.id);
  next = isOfRows ? following() : [];
});

document.addEventListener("htmx:after:settle", () => {
  if (!next) return;
  const row = next.map((id) => document.querySelector(`[data-row="${CSS.escape(id)}"]`)).find((each) => each && each.getClientRects().length);
  next = null;
  const act = isOfRows ? null : document.querySelector(".rail .btn-primary");
  const target = row?.querySelector("a[href], input.tick") || act || document.querySelector("main h1");
  row?.classList.add("is-current");
  target?.focus({ preventScroll: Boolean(row) });
  const words = document.querySelector("main .notice");
  const live = document.querySelector("[data-live=polite]");
  if (words && live) live.textContent = words.firstElementChild.nextElementSibling?.textContent || "";
});
