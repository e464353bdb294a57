// Comfort for every page: copy buttons and relative times that stay true. Nothing here is needed to use a page.

const announcer = document.createElement("div");
announcer.className = "sr";
announcer.setAttribute("role", "status");
document.body.append(announcer);

/** Copies where there is no clipboard API: pages served over plain http from another machine. */
function copyBySelection(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "sr";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  const use = button.querySelector("use");
  const symbol = use.getAttribute("href");
  let back;
  button.addEventListener("click", async () => {
    if (!(await copy(button.dataset.copy))) return;
    use.setAttribute("href", symbol.replace("#copy", "#check"));
    button.classList.add("done");
    announcer.textContent = document.documentElement.dataset.copied;
    clearTimeout(back);
    back = setTimeout(() => {
      use.setAttribute("href", symbol);
      button.classList.remove("done");
      announcer.textContent = "";
    }, 2000);
  });
}

const UNITS = [["year", 31536000, 31536000], ["month", 2592000, 5184000], ["day", 86400, 86400], ["hour", 3600, 3600], ["minute", 60, 60]];

const { lang, dataset } = document.documentElement;
const words = new Intl.RelativeTimeFormat(lang);

/** The same words as the server's. */
function relative(then, now) {
  const distance = Math.floor(Math.abs(now - then) / 1000);
  const unit = UNITS.find(([, , from]) => distance >= from);
  if (!unit) return dataset.justNow;
  const count = Math.floor(distance / unit[1]);
  return words.format(then > now ? count : -count, unit[0]);
}

const times = [...document.querySelectorAll("time[datetime]")];
if (times.length) {
  const refresh = () => {
    for (const time of times) {
      const then = Date.parse(time.dateTime);
      const text = relative(then, Date.now());
      if (!Number.isNaN(then) && time.textContent !== text) time.textContent = text;
    }
  };
  setInterval(refresh, 30000);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
}

// What gives something away takes no click that was begun elsewhere: another page can open this one, or close itself in
// front of it, between the two halves of a double click.
const unhurried = [...document.querySelectorAll("button[data-unhurried]")];
if (unhurried.length) {
  let waiting;
  let focused;
  let away = false;
  const hold = () => {
    clearTimeout(waiting);
    focused = unhurried.find((button) => button === document.activeElement) ?? focused;
    for (const button of unhurried) button.disabled = true;
    if (document.hidden) return;
    waiting = setTimeout(() => {
      for (const button of unhurried) button.disabled = false;
      if (document.activeElement === document.body) focused?.focus();
      focused = undefined;
    }, 500);
  };
  hold();
  document.addEventListener("visibilitychange", hold);
  addEventListener("pageshow", hold);
  addEventListener("blur", () => (away = true));
  addEventListener("focus", () => {
    if (away) hold();
    away = false;
  });
}

// A form is sent once, however often its button is pressed.
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// Where the navigation is wider than the screen, the place one is at comes into view.
for (const link of document.querySelectorAll("nav > [aria-current]")) {
  const nav = link.parentElement;
  if (nav.scrollWidth > nav.clientWidth) nav.scrollLeft = link.offsetLeft - nav.offsetLeft - 16;
}
