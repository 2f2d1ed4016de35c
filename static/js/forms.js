/* Fields: amounts as people type them, sums of entry lines, passwords shown, files dropped, no double sending. */
"use strict";

const SCALE = 8n;
const UNIT = 10n ** SCALE;

/** Full-width characters as their plain twins; grouping and spaces gone. */
function plain(text) {
  return text.normalize("NFKC").replace(/[\u2212\u2013]/g, "-").replace(/[,\s\u3001]/g, "").replace(/\u3002/g, ".");
}

function number(text) {
  const found = /^(\d*)(?:\.(\d{0,8}))?$/.exec(text);
  if (!found || !/\d/.test(text)) return null;
  return BigInt(found[1] || 0) * UNIT + BigInt((found[2] || "").padEnd(Number(SCALE), "0"));
}

/** Value of "1200+34.5*2" in units of 10⁻⁸, or null. Products before sums, no brackets. */
function worth(text) {
  const parts = text.replace(/^=/, "").match(/^[+-]|[+-]|[^+-]+/g);
  if (!parts) return null;
  let total = 0n;
  let sign = 1n;
  let open = true;
  for (const part of parts) {
    if (part === "+" || part === "-") {
      sign = part === "-" ? -1n : 1n;
      open = true;
      continue;
    }
    const factors = part.split("*").map(number);
    if (!open || factors.includes(null)) return null;
    total += sign * factors.reduce((product, each) => (product * each) / UNIT, UNIT);
    open = false;
  }
  return open ? null : total;
}

/** Units of 10⁻⁸ as grouped text with the currency's decimals; null when digits would be lost. */
function grouped(value, digits) {
  const cut = 10n ** (SCALE - BigInt(digits));
  if (value % cut !== 0n) return null;
  const size = (value < 0n ? -value : value) / cut;
  const text = size.toString().padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits).replace(/\B(?=(\d{3})+$)/g, ",");
  return (value < 0n ? "-" : "") + whole + (digits ? "." + text.slice(-digits) : "");
}

function read(input) {
  return input.value.trim() ? worth(plain(input.value)) ?? 0n : 0n;
}

/** The amount that makes debits and credits of an entry equal, for one of its fields. */
function balancing(input) {
  const all = [...input.form.querySelectorAll("[data-side]")].filter((each) => each !== input);
  const difference = all.reduce((sum, each) => sum + (each.dataset.side === "debit" ? read(each) : -read(each)), 0n);
  return input.dataset.side === "debit" ? -difference : difference;
}

function tidy(input) {
  const text = plain(input.value);
  if (!text) return;
  const value = text === "=" && input.dataset.side ? balancing(input) : worth(text);
  const shown = value === null ? null : grouped(value, Number(input.dataset.money));
  if (shown !== null) input.value = shown;
  total(input.form);
}

function total(form) {
  if (!form?.matches("[data-entry]")) return;
  for (const side of ["debit", "credit"]) {
    const fields = [...form.querySelectorAll(`[data-side="${side}"]`)];
    const place = form.querySelector(`[data-total="${side}"]`);
    const digits = Number(fields[0]?.dataset.money ?? 2);
    if (place) place.textContent = grouped(fields.reduce((sum, each) => sum + read(each), 0n), digits) ?? "";
  }
}

document.addEventListener("focusout", (event) => {
  if (event.target.matches?.("input[data-money]")) tidy(event.target);
});
document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-side]")) total(event.target.form);
});

document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (event.isComposing || event.key !== "Enter" || event.ctrlKey || !input.matches?.("[data-copy-above], [data-money]")) return;
  if (!input.closest("[data-entry]")) return;
  event.preventDefault();
  if (input.matches("[data-money]")) return tidy(input);
  const column = [...input.form.querySelectorAll(`[data-copy-above="${input.dataset.copyAbove}"]`)];
  const above = column[column.indexOf(input) - 1];
  if (above && !input.value) input.value = above.value;
});

document.addEventListener("click", (event) => {
  const show = event.target.closest?.("[data-show]");
  if (!show) return;
  const input = document.getElementById(show.dataset.show);
  const hidden = input.type === "password";
  input.type = hidden ? "text" : "password";
  const word = show.textContent;
  show.textContent = show.dataset.hideWord;
  show.dataset.hideWord = word;
  show.setAttribute("aria-pressed", String(hidden));
});

/* Amounts leave the form plain, so that the server reads the same figure with and without scripts. A second click while the
   first is on its way sends nothing. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  form.querySelectorAll("input[data-money]").forEach(tidy);
  if (form.getAttribute("method")?.toLowerCase() !== "post" || form.matches("[hx-post], [data-again]")) return;
  if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < 8000) event.preventDefault();
  else form.dataset.sent = String(Date.now());
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; }));

/* A select or box with data-submit sends its form at once (filters, dates); without scripts its button does. */
document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-submit]")) event.target.form.requestSubmit();
});

for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const zone = event.target.closest?.(".drop");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("is-over", name === "dragover");
    const field = zone.querySelector("input[type=file]");
    if (name === "drop" && field && event.dataTransfer.files.length) field.files = event.dataTransfer.files;
  });
}
