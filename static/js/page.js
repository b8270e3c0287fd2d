// What every page has: buttons that copy and print, menus that close, the error summary that takes the focus.

document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const text = copy.dataset.copy || window.location.href;
    await write(text);
    const label = copy.querySelector("span") || copy;
    const before = label.textContent;
    label.textContent = copy.dataset.copied;
    copy.setAttribute("aria-live", "polite");
    setTimeout(() => { label.textContent = before; }, 2000);
    return;
  }
  if (event.target.closest("[data-print]")) window.print();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// The clipboard's own interface is missing on plain-http intranets.
async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

function focusErrors() {
  document.querySelector("[data-error-summary]")?.focus();
}
focusErrors();
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.querySelector?.("[data-error-summary]")) focusErrors();
});
