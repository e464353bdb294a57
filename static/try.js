// The answer to a request that is tried follows what is typed. Without this, the button shows it.

const form = document.querySelector("form[data-live]");
const place = document.getElementById(form.dataset.live);
let wait;
let asked = 0;

async function ask() {
  const number = ++asked;
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  if (!answer.ok && answer.status !== 422) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = page.getElementById(place.id);
  if (next && number === asked) place.replaceChildren(...next.childNodes);
}

form.addEventListener("input", () => {
  clearTimeout(wait);
  wait = setTimeout(() => (form.elements.curl.value || form.elements.url.value) && ask().catch(() => {}), 400);
});
