/* Dialogs and menus: opened by data-dialog, closed by Esc, data-close or a click beside them; focus returns. */
"use strict";

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    dialog.showModal();
  }
  if (event.target.closest?.("[data-close]")) event.target.closest("dialog")?.close();
  if (event.target.matches?.("dialog[open]")) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) event.target.close();
  }
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});

/* After a refused form the summary of errors is read first. */
const errors = document.querySelector("[data-focus]");
if (errors) errors.focus();
const refused = document.querySelector("dialog [aria-invalid=true]");
if (refused) refused.closest("dialog").showModal();
