// Passkeys: a device proves who somebody is, or learns to. Without this, a page offers its other ways.

const box = document.querySelector("[data-passkey]");
const form = box.closest("form");
const note = box.querySelector("[role=status]");
const { question, wanted, failed, known } = box.dataset;
/** A question is good for five minutes. */
const RENEW = 240000;
let waiting = new AbortController();
let next;

async function ask() {
  const body = new URLSearchParams({ form_token: form.elements.form_token.value, for: wanted ?? "" });
  const answer = await fetch(question, { method: "POST", body });
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return answer.json();
}

function send(ceremony, credential) {
  for (const [name, value] of Object.entries({ ceremony, credential: JSON.stringify(credential) })) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    form.append(input);
  }
  form.submit();
}

async function get(mediation) {
  waiting.abort();
  waiting = new AbortController();
  const { signal } = waiting;
  const { ceremony, publicKey } = await ask();
  const options = { publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey), signal };
  send(ceremony, await navigator.credentials.get(mediation ? { ...options, mediation } : options));
}

async function create() {
  const { ceremony, publicKey } = await ask();
  send(ceremony, await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) }));
}

/** Lets the browser offer passkeys where the name is typed. */
function offer() {
  clearTimeout(next);
  next = setTimeout(() => (document.hidden ? addEventListener("visibilitychange", offer, { once: true }) : offer()), RENEW);
  // Whoever does not take the offer types their name.
  get("conditional").catch(() => {});
}

async function act(event) {
  event.preventDefault();
  clearTimeout(next);
  note.textContent = "";
  try {
    await (known ? create() : get());
  } catch (error) {
    note.textContent = error.name === "InvalidStateError" && known ? known : failed;
  }
}

if (globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON) {
  box.hidden = false;
  document.querySelector("[data-without-passkey]")?.remove();
  if (known) form.addEventListener("submit", act);
  else box.querySelector("button").addEventListener("click", act);
  if ("conditional" in box.dataset && (await PublicKeyCredential.isConditionalMediationAvailable?.())) offer();
}
