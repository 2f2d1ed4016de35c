/* Selecting rows: counts and sums, ranges with Shift, all rows shown; the choice outlives sorting, filtering and paging. */
"use strict";

const forms = () => document.querySelectorAll("form[data-selection]");
const store = (form) => `selection:${form.dataset.selection}`;
const boxes = (form) => [...document.querySelectorAll(`input.tick[form="${form.id}"]`)];
let lastTicked = null;

function kept(form) {
  try {
    return new Map(Object.entries(JSON.parse(sessionStorage.getItem(store(form)) || "{}")));
  } catch {
    return new Map();
  }
}

function keep(form, rows) {
  if (rows.size) sessionStorage.setItem(store(form), JSON.stringify(Object.fromEntries(rows)));
  else sessionStorage.removeItem(store(form));
}

/** Figure of minor units with grouping and U+2212, exact to the last digit. */
function figure(minor, digits) {
  const size = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, "0");
  const whole = size.slice(0, size.length - digits).replace(/\B(?=(\d{3})+$)/g, ",");
  return (minor < 0n ? "\u2212" : "") + whole + (digits ? "." + size.slice(-digits) : "");
}

function sums(rows) {
  const totals = new Map();
  for (const { minor, currency, digits } of rows.values()) {
    if (!currency) continue;
    const so_far = totals.get(currency) || { minor: 0n, digits };
    totals.set(currency, { minor: so_far.minor + BigInt(minor), digits });
  }
  const one = totals.size === 1;
  return [...totals].map(([code, sum]) => (one ? "" : code + "\u202f") + figure(sum.minor, Number(sum.digits)));
}

/** Bring the stored selection and the boxes on the page together. The stored one wins on load, the boxes afterwards. */
function gather(form, fromStore) {
  const rows = kept(form);
  for (const box of boxes(form)) {
    const minor = box.closest("[data-row]")?.dataset.minor || "0";
    const { currency, digits } = box.closest("[data-currency]")?.dataset || {}; // of the row, or of a table in one currency
    if (fromStore && rows.has(box.value)) box.checked = true;
    if (box.checked) rows.set(box.value, { minor, currency, digits });
    else rows.delete(box.value);
  }
  keep(form, rows);
  return rows;
}

function tell(form, rows) {
  const shown = new Set(boxes(form).map((box) => box.value));
  const hidden = [...rows.keys()].filter((id) => !shown.has(id)).length;
  const count = rows.size;
  if (count) form.dataset.count = count;
  else delete form.dataset.count;
  /* No class changes above the rows: each would make the browser look at every one of them again. */
  form.closest(".panel")?.querySelector("tfoot")?.classList.toggle("is-raised", count > 0);
  document.body.toggleAttribute("data-selected", count > 0);
  let words = count === 1 ? form.dataset.one : form.dataset.many.replace("{n}", count);
  if (hidden) words += ", " + form.dataset.hidden.replace("{n}", hidden);
  form.querySelector("[data-words]").textContent = count ? words : "";
  const total = count ? sums(rows) : [];
  form.querySelector("[data-sums]").textContent = total.length ? `${form.dataset.sum} ${total.join(" · ")}` : "";
  const all = document.querySelector("[data-tick-all]");
  if (all) {
    const ticked = boxes(form).filter((box) => box.checked).length;
    all.checked = ticked > 0 && ticked === shown.size;
    all.indeterminate = ticked > 0 && ticked < shown.size;
  }
}

function refresh(fromStore) {
  for (const form of forms()) tell(form, gather(form, fromStore));
}

function tickRange(from, to) {
  const all = boxes(to.form);
  const [a, b] = [all.indexOf(from), all.indexOf(to)].sort((x, y) => x - y);
  if (a >= 0) all.slice(a, b + 1).forEach((box) => { box.checked = to.checked; });
}

document.addEventListener("click", (event) => {
  const box = event.target.closest?.("input.tick[name]");
  if (box && event.shiftKey && lastTicked?.isConnected && lastTicked !== box) tickRange(lastTicked, box);
  if (box) lastTicked = box;
  if (event.target.closest?.("[data-clear]")) {
    const form = event.target.closest("form");
    boxes(form).forEach((each) => { each.checked = false; });
    keep(form, new Map());
    tell(form, new Map());
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-tick-all]")) {
    for (const form of forms()) boxes(form).forEach((box) => { box.checked = event.target.checked; });
  }
  if (event.target.matches("input.tick, [data-tick-all]")) refresh(false);
});

/* Rows ticked on other pages of the list go with the form. */
document.addEventListener("formdata", (event) => {
  const form = event.target;
  if (!form.dataset.selection) return;
  const shown = new Set(boxes(form).map((box) => box.value));
  const name = boxes(form)[0]?.name || "row";
  for (const id of kept(form).keys()) if (!shown.has(id)) event.formData.append(name, id);
  keep(form, new Map());
});

/** For keys.js: tick a row's box, with range. */
document.addEventListener("concord:tick", (event) => {
  const box = event.target.querySelector("input.tick");
  if (!box) return;
  if (event.detail.range && lastTicked?.isConnected) {
    box.checked = true;
    tickRange(lastTicked, box);
  } else {
    box.checked = !box.checked;
  }
  lastTicked = box;
  refresh(false);
});

new MutationObserver((changes) => {
  const touched = changes.some((change) => [...change.addedNodes, ...change.removedNodes].some((node) => node.querySelector?.("input.tick") || node.matches?.("tr")));
  if (touched) refresh(true);
}).observe(document.getElementById("main") || document.body, { childList: true, subtree: true });

refresh(true);
