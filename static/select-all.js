// Scopes of a client: all of a group at once, and a search where there are many.

const groups = [...document.querySelectorAll("[data-boxes]")];

for (const group of groups) {
  const boxes = [...group.querySelectorAll("input[type=checkbox]")];
  const button = group.querySelector("[data-select-all]");
  if (boxes.length < 2) continue;
  const name = group.querySelector("legend").textContent;
  const select = button.textContent;
  const update = () => {
    const all = boxes.every((box) => box.checked);
    button.textContent = all ? button.dataset.clear ?? "Clear all" : select;
    button.setAttribute("aria-label", `${button.textContent}: ${name}`);
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    const on = !boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = on;
    update();
  });
  group.addEventListener("change", update);
  update();
}

const rows = [...document.querySelectorAll("[data-boxes] .box")];
if (rows.length > 12) {
  const search = document.createElement("input");
  search.type = "search";
  search.className = "search";
  search.placeholder = groups[0].closest("[data-find]")?.dataset.find ?? "Find a scope";
  search.setAttribute("aria-label", search.placeholder);
  groups[0].before(search);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  search.addEventListener("input", () => {
    const wanted = search.value.trim().toLowerCase();
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
    for (const group of groups) group.hidden = !group.querySelector(".box:not([hidden])");
  });
}

// The tree of a token's scopes: how many are chosen, and all of them at once.
for (const tree of document.querySelectorAll("[data-tree]")) {
  const boxes = [...tree.querySelectorAll("input[type=checkbox]")];
  const count = tree.querySelector("[data-count]");
  const button = tree.querySelector("[data-select-tree]");
  if (boxes.length < 2) continue;
  const select = button.textContent;
  const update = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    count.textContent = tree.dataset.chosen.replace("{chosen}", chosen).replace("{all}", boxes.length);
    button.textContent = chosen === boxes.length ? button.dataset.clear : select;
    button.setAttribute("aria-label", `${button.textContent}: ${tree.dataset.name}`);
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    const on = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = on;
    tree.dispatchEvent(new Event("change"));
    for (const group of groups) group.dispatchEvent(new Event("change"));
  });
  tree.addEventListener("change", update);
  tree.addEventListener("click", update);
  update();
}

// A public client has no secret, so there is no way to send one.
const types = [...document.querySelectorAll("input[name=type]")];
const method = document.getElementById("token_endpoint_auth_method");
if (types.length && method) {
  const update = () => {
    method.closest(".field").hidden = types.some((type) => type.checked && type.value === "public");
  };
  for (const type of types) type.addEventListener("change", update);
  update();
}
