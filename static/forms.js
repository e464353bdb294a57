// Comfort for forms: a select shows its button once it was changed, and an empty address shows what it will be.

for (const select of document.querySelectorAll("select[data-shows-button]")) {
  const button = select.form.querySelector("button");
  const update = () => {
    button.hidden = [...select.options].every((option) => option.selected === option.defaultSelected);
  };
  select.addEventListener("change", update);
  addEventListener("pageshow", update);
  update();
}

/** The same as the server makes of a name. */
function slug(name) {
  const words = name.toLowerCase().match(/[a-z0-9]+/g) || [];
  return words.join("-").slice(0, 40).replace(/-$/, "");
}

for (const input of document.querySelectorAll("input[data-suggested-by]")) {
  const source = document.getElementById(input.dataset.suggestedBy);
  const update = () => {
    input.placeholder = slug(source.value);
  };
  source.addEventListener("input", update);
  update();
}
