/* The running difference of a receipt: what is ticked, what is left, and that nothing is sent while something is. */
"use strict";

const SCALE = (digits) => 10n ** BigInt(digits);

/** Minor units of a typed amount; null when it is none. */
function minor(text, digits) {
  const plain = text.normalize("NFKC").replace(/[\u2212\u2013]/g, "-").replace(/[,\s]/g, "");
  const found = /^(-?)(\d*)(?:\.(\d*))?$/.exec(plain);
  if (!found || !/\d/.test(plain) || (found[3] || "").length > digits) return null;
  const value = BigInt(found[2] || 0) * SCALE(digits) + BigInt((found[3] || "").padEnd(digits, "0") || 0);
  return found[1] ? -value : value;
}

function figure(value, digits) {
  const size = (value < 0n ? -value : value).toString().padStart(digits + 1, "0");
  const whole = size.slice(0, size.length - digits).replace(/\B(?=(\d{3})+$)/g, ",");
  return (value < 0n ? "\u2212" : "") + whole + (digits ? "." + size.slice(-digits) : "");
}

function picked(form) {
  const digits = Number(form.dataset.digits);
  return [...form.querySelectorAll("tr[data-open]")].map((row) => {
    const field = row.querySelector("input[data-money]");
    const open = BigInt(row.dataset.open);
    const isPicked = row.querySelector("input[name=pick]")?.checked ?? false;
    const typed = field?.value.trim() ? minor(field.value, digits) : open;
    return { row, field, open, isPicked, amount: isPicked ? typed ?? 0n : 0n };
  });
}

/** What is left of the receipt: positive = more arrived than is applied. */
function left(form) {
  return BigInt(form.dataset.received) - picked(form).reduce((sum, item) => sum + item.amount, 0n);
}

function rest(form) {
  return form.querySelector("input[name=rest]:checked")?.value || "";
}

function explained(form) {
  const over = left(form);
  if (over === 0n || form.dataset.same === "0") return true;
  return over > 0n ? ["advance", "rounding"].includes(rest(form)) : ["fee", "discount", "rounding", "part"].includes(rest(form));
}

function show(form) {
  const digits = Number(form.dataset.digits);
  const items = picked(form);
  for (const item of items) {
    const cell = item.row.querySelector("[data-left-of]");
    if (cell) cell.textContent = figure(item.open - item.amount, digits);
  }
  const applied = form.querySelector("[data-applied]");
  if (applied) applied.textContent = figure(items.reduce((sum, item) => sum + item.amount, 0n), digits);
  const aside = form.querySelector("[data-aside]");
  if (aside) {
    const over = left(form);
    aside.hidden = over === 0n || !explained(form);
    aside.querySelector("dt").textContent = form.querySelector("input[name=rest]:checked")?.parentNode.textContent.trim() || "";
    aside.querySelector(".op").textContent = over > 0n ? "\u2212" : "+";
    aside.querySelector("output").textContent = figure(over < 0n ? -over : over, digits);
  }
  const difference = form.querySelector("[data-difference]");
  if (difference) difference.textContent = figure(explained(form) ? 0n : left(form), digits);
  const even = form.querySelector("[data-even]");
  if (even) even.hidden = !explained(form);
}

/** A newly ticked item takes what is still left of the receipt, at most what is open of it. */
function fill(form, box) {
  const item = picked(form).find((each) => each.row.contains(box));
  if (!item?.field) return;
  if (!box.checked) {
    item.field.value = "";
    return;
  }
  const others = picked(form).filter((each) => each !== item && each.row !== item.row).reduce((sum, each) => sum + each.amount, 0n);
  const free = BigInt(form.dataset.received) - others;
  const takes = form.dataset.same === "0" || item.open < 0n || free >= item.open || free <= 0n ? item.open : free;
  item.field.value = figure(takes, Number(form.dataset.digits)).replace("\u2212", "-");
}

const formOf = (node) => node.closest?.("form[data-match]");

document.addEventListener("change", (event) => {
  const form = formOf(event.target);
  if (!form) return;
  if (event.target.matches("input[name=pick]")) fill(form, event.target);
  show(form);
});
document.addEventListener("input", (event) => {
  const form = formOf(event.target);
  if (!form || !event.target.matches("input[data-money]")) return;
  const box = event.target.closest("tr").querySelector("input[name=pick]");
  if (box && event.target.value.trim()) box.checked = true;
  show(form);
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches?.("form[data-match]") || event.submitter?.value !== "accept" || explained(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const over = left(form);
  const words = form.dataset.left.replace("{left}", figure(over < 0n ? -over : over, Number(form.dataset.digits)));
  const live = document.querySelector("[data-live=assertive]");
  if (live) live.textContent = words;
  let said = form.querySelector("[data-said]");
  if (!said) {
    said = document.createElement("p");
    said.dataset.said = "";
    said.className = "field-error";
    form.querySelector(".bench-sum").append(said);
  }
  said.textContent = words;
}, true);
