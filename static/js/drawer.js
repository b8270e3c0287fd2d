// The facets as a drawer: opens from the right, keeps the focus inside, Esc and the shade close it.

let shade = null;

function focusable(panel) {
  return [...panel.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")]
    .filter((each) => each.offsetParent !== null);
}

function open(panel) {
  shade = Object.assign(document.createElement("div"), { className: "drawer-shade" });
  shade.addEventListener("click", () => close(panel));
  document.body.append(shade);
  document.body.classList.add("has-drawer");
  panel.classList.add("is-open");
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-modal", "true");
  panel.setAttribute("aria-label", panel.querySelector(".drawer-head h2")?.textContent ?? "");
  panel.querySelector("[data-drawer-close]").focus();
}

function close(panel) {
  panel.classList.remove("is-open");
  for (const name of ["role", "aria-modal", "aria-label"]) panel.removeAttribute(name);
  document.body.classList.remove("has-drawer");
  shade?.remove();
  // The button stands among the results, which may have been replaced since.
  document.querySelector(`[data-drawer-open="${panel.id}"]`)?.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-drawer-open]");
  if (button) {
    event.preventDefault();
    open(document.getElementById(button.dataset.drawerOpen));
    return;
  }
  const panel = document.querySelector("[data-drawer].is-open");
  if (!panel) return;
  if (event.target.closest("[data-drawer-close]")) close(panel);
  // The results were brought up to date at every choice: the button only shows them.
  if (event.target.closest("[data-drawer-apply]") && window.htmx) {
    event.preventDefault();
    close(panel);
  }
});

document.addEventListener("keydown", (event) => {
  const panel = document.querySelector("[data-drawer].is-open");
  if (!panel) return;
  if (event.key === "Escape") close(panel);
  if (event.key !== "Tab") return;
  const all = focusable(panel);
  const edge = event.shiftKey ? all[0] : all.at(-1);
  if (document.activeElement === edge) {
    event.preventDefault();
    (event.shiftKey ? all.at(-1) : all[0]).focus();
  }
});
