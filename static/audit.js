// Follows the list of events, unless somebody reads the details of one.
const button = document.querySelector("[data-live]");
let timer;
async function look() {
  const page = new DOMParser().parseFromString(await (await fetch("")).text(), "text/html");
  const list = (of) => of.querySelector("[data-events]");
  if (timer && list(page) && !list(document).querySelector("[open]")) list(document).replaceWith(list(page));
}
button.hidden = location.search.includes("cursor=");
button.onclick = () => {
  timer = timer ? clearInterval(timer) : setInterval(look, 3000);
  button.setAttribute("aria-pressed", !!timer);
};
