/* Single keys. None acts in a field, with a modifier, while text is composed, or when switched off for the person. */
"use strict";

const off = () => document.body.dataset.keys === "off";
const typing = (node) => node.closest?.("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]");
const visible = (node) => node.getClientRects().length > 0 && getComputedStyle(node).visibility !== "hidden";
const rows = () => [...document.querySelectorAll("[data-row]")].filter(visible);
const current = () => document.querySelector("[data-row].is-current");
let going = 0;

function moveTo(row) {
  if (!row) return;
  current()?.classList.remove("is-current");
  row.classList.add("is-current");
  const target = row.querySelector("a[href], input.tick") || row;
  target.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  if (!all.length) return false;
  const at = all.indexOf(current());
  moveTo(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
  return true;
}

/** The control a key stands for: the selection's, else the current row's, else the page's. */
function control(letter) {
  const name = CSS.escape(letter);
  const bar = document.querySelector(`.selection[data-count] [data-key="${name}"]`);
  if (bar) return bar;
  const dialog = document.querySelector("dialog[open]");
  const inRow = !dialog && current()?.querySelector(`[data-row-key="${name}"], [data-key="${name}"]`);
  if (inRow) return inRow;
  const scope = dialog || document;
  return [...scope.querySelectorAll(`[data-key="${name}"]`)].find((node) => !node.closest("[data-row], .selection") && visible(node));
}

function press(letter) {
  const found = control(letter);
  if (!found) return false;
  if (found.matches("input, textarea")) {
    found.focus();
    found.select?.();
  } else {
    found.click();
  }
  return true;
}

function goTo(letter) {
  const place = document.querySelector(`[data-go="${CSS.escape(letter)}"]`);
  if (place) place.click();
  return Boolean(place);
}

function handle(key, shift) {
  if (going && Date.now() - going < 1500) {
    going = 0;
    return goTo(key.toLowerCase());
  }
  if (key === "?") return openList();
  if (key === "g") { going = Date.now(); return true; }
  if (key === "j") return step(1) || press(key);
  if (key === "k") return step(-1) || press(key);
  if (key.toLowerCase() === "x" && current()) {
    current().dispatchEvent(new CustomEvent("concord:tick", { bubbles: true, detail: { range: shift } }));
    return true;
  }
  return press(key);
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return send(event);
  if (off() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape") {
    document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
    return;
  }
  if (typing(event.target) || event.key.length !== 1 || event.key === " ") return;
  if (handle(event.key, event.shiftKey)) event.preventDefault();
});

function send(event) {
  const form = event.target.form || event.target.closest?.("form") || document.querySelector("main form[data-send]");
  const button = form?.querySelector(".btn-primary, button[type=submit]") || form;
  if (!form || form.dataset.selection) return;
  event.preventDefault();
  form.requestSubmit(button === form ? undefined : button);
}

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("[data-row]");
  if (row && row !== current()) {
    current()?.classList.remove("is-current");
    row.classList.add("is-current");
  }
});

/* The list of keys */
function line(keys, words) {
  const term = document.createElement("dt");
  for (const each of keys.split(" ")) {
    const cap = document.createElement("kbd");
    cap.className = "key";
    cap.textContent = each;
    term.append(cap);
  }
  const meaning = document.createElement("dd");
  meaning.textContent = words;
  return [term, meaning];
}

function openList() {
  const dialog = document.getElementById("keys");
  if (!dialog || dialog.open) return false;
  const list = dialog.querySelector("[data-key-list]");
  list.replaceChildren();
  const told = new Map();
  for (const node of document.querySelectorAll("[data-key], [data-row-key]")) {
    const letter = node.dataset.key || node.dataset.rowKey;
    const words = node.dataset.keyLabel || node.querySelector("span")?.textContent || node.textContent;
    if (!told.has(letter) && !(node.matches("a[data-key=o]"))) told.set(letter, words.trim());
  }
  const fixed = (name) => [...dialog.querySelector(`template[${name}]`).content.children].map((each) => [each.dataset.keys, each.textContent]);
  const go = [...document.querySelectorAll("[data-go]")].map((place) => [`g ${place.dataset.go}`, dialog.dataset.goWord.replace("{place}", place.querySelector(".place-word").textContent)]);
  const all = [...(rows().length ? fixed("data-table-keys") : []), ...told, ...go, ...fixed("data-all-keys")];
  all.forEach(([keys, words]) => list.append(...line(keys, words)));
  dialog.showModal();
  return true;
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-open-keys]")) openList();
});

/* "#at-line-5": the row is made current without scrolling the page away from its message. */
function arrive() {
  const row = location.hash.startsWith("#at-") && document.getElementById(location.hash.slice(4));
  if (row && row.matches("[data-row]")) moveTo(row);
}
document.addEventListener("DOMContentLoaded", arrive);
if (document.readyState !== "loading") arrive();
