/* Passkeys: asks the browser for one when its form is sent, and sends the answer in a hidden field. */
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

function readable(options) {
  const read = { ...options, challenge: bytes(options.challenge) };
  if (options.user) read.user = { ...options.user, id: bytes(options.user.id) };
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    read[list] = (options[list] ?? []).map((each) => ({ ...each, id: bytes(each.id) }));
  }
  return read;
}

/** The browser's answer as the server reads it. */
function plain(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response, clientExtensionResults: {} };
}

async function answer(form) {
  const headers = { "X-CSRFToken": form.elements.csrf_token.value, Accept: "application/json" };
  const asked = await fetch(form.dataset.options, { method: "POST", headers, credentials: "same-origin" });
  if (!asked.ok) throw new Error(String(asked.status));
  const publicKey = readable(await asked.json());
  const made = form.dataset.passkey === "create" ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey });
  form.elements[form.dataset.field].value = JSON.stringify(plain(made));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-passkey]")) return;
  event.preventDefault();
  const failed = form.querySelector("[data-passkey-error]");
  failed.hidden = true;
  answer(form).then(() => form.submit(), () => { failed.hidden = false; });
});

if (!window.PublicKeyCredential) {
  document.querySelectorAll("form[data-passkey], [data-passkey-or]").forEach((each) => { each.hidden = true; });
}
