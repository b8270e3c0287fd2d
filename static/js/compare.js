// The comparison bar of the list: counts what is marked, names it, and allows no more than the most.

function refresh(form) {
  const boxes = [...form.querySelectorAll('input[name="with"]')];
  const chosen = boxes.filter((box) => box.checked);
  const full = chosen.length >= Number(form.dataset.most);
  for (const box of boxes) {
    const card = box.closest("[data-compare-card]");
    card.classList.toggle("is-selected", box.checked);
    if (!card.classList.contains("is-unavailable")) box.disabled = full && !box.checked;
  }
  const count = form.querySelector("[data-compare-count]");
  count.textContent = chosen.length ? count.dataset.some.replace("{n}", chosen.length) : count.dataset.none;
  form.querySelector("[data-compare-names]").textContent = chosen.map((box) => box.dataset.name).join("、");
}

function start() {
  for (const form of document.querySelectorAll("form[data-compare]")) refresh(form);
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-compare]");
  if (form) refresh(form);
});
document.addEventListener("reset", (event) => {
  const form = event.target.closest("form[data-compare]");
  if (form) setTimeout(() => refresh(form));
});
document.addEventListener("htmx:afterSettle", start);
start();
