// A hint while a new password is typed, and a look at it. Rough on purpose: the server decides.

const LEVELS = [
  ["bad", "Too short"],
  ["bad", "Easy to guess"],
  ["warning", "Fair"],
  ["accent", "Good"],
  ["good", "Strong"],
];

/** Bits, roughly: kinds of characters times length, with runs, repeats and years counted little. */
function bits(password) {
  let pool = 0;
  if (/[a-z]/.test(password)) pool += 26;
  if (/[A-Z]/.test(password)) pool += 26;
  if (/\d/.test(password)) pool += 10;
  if (/[^A-Za-z\d]/.test(password)) pool += 33;
  const codes = [...password].map((character) => character.codePointAt(0));
  let length = 0;
  codes.forEach((code, index) => {
    const step = index ? Math.abs(code - codes[index - 1]) : 9;
    length += step <= 1 ? 0.25 : 1;
  });
  const repeats = codes.length - new Set(codes).size;
  const years = (password.match(/(19|20)\d\d/g) || []).length;
  return Math.max(0, length - repeats * 0.3 - years * 3) * Math.log2(pool || 1);
}

function level(password, words) {
  if ([...password].length < 8) return 0;
  const lower = password.toLowerCase();
  if (/passwor|qwert|asdf|12345|letmein|iloveyou|admin|welcome/.test(lower)) return 1;
  if (words.some((word) => word.length > 2 && lower.includes(word.toLowerCase()))) return 1;
  const strength = bits(password);
  return strength < 40 ? 1 : strength < 55 ? 2 : strength < 75 ? 3 : 4;
}

for (const input of document.querySelectorAll("input[data-strength]")) {
  const hint = document.getElementById(input.dataset.strength);
  const others = [...input.form.elements].filter((other) => ["username", "email", "name"].includes(other.autocomplete));
  input.addEventListener("input", () => {
    hint.hidden = input.value === "";
    const words = others.flatMap((other) => other.value.split(/[\s@.]+/));
    const [tone, text] = LEVELS[level(input.value, words)];
    hint.className = `strength ${tone}`;
    if (hint.textContent !== text) hint.textContent = text;
  });

  const show = document.createElement("button");
  show.type = "button";
  show.className = "link show";
  show.textContent = "Show";
  show.setAttribute("aria-label", "Show the password");
  show.addEventListener("click", () => {
    const hidden = input.type === "password";
    input.type = hidden ? "text" : "password";
    show.textContent = hidden ? "Hide" : "Show";
    show.setAttribute("aria-label", `${show.textContent} the password`);
  });
  input.labels[0].after(show);
  input.form.addEventListener("submit", () => {
    input.type = "password";
  });
}
