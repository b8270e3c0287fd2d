// Parts of a form that belong to one choice only: data-shown-when="field=value,value". Without a script all of them show.

function show() {
  for (const part of document.querySelectorAll("[data-shown-when]")) {
    const [name, values] = part.dataset.shownWhen.split("=");
    const chosen = document.querySelector(`input[name="${name}"]:checked`);
    part.hidden = Boolean(chosen) && !values.split(",").includes(chosen.value);
  }
}

document.addEventListener("change", show);
show();
