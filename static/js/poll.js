/* Progress is asked for only while somebody looks. */
"use strict";

document.addEventListener("htmx:before:request", (event) => {
  if (document.hidden && event.target.closest?.("[data-poll]")) event.preventDefault();
});
