// Light or dark: what the device asks for, unless this browser's switch says otherwise. In the head, not deferred: a
// page that is drawn light and turns dark afterwards flashes.

const root = document.documentElement;
const device = window.matchMedia("(prefers-color-scheme: dark)");

function kept() {
  try {
    return window.localStorage.getItem("scheme");
  } catch {
    return null; // Storage can be forbidden; then the choice holds for the page.
  }
}

function keep(scheme) {
  try {
    if (scheme) window.localStorage.setItem("scheme", scheme);
    else window.localStorage.removeItem("scheme");
  } catch {
    // As above.
  }
}

function isDark() {
  return root.dataset.scheme ? root.dataset.scheme === "dark" : device.matches;
}

function show(scheme) {
  if (scheme === "dark" || scheme === "light") root.dataset.scheme = scheme;
  else delete root.dataset.scheme;
  for (const button of document.querySelectorAll("[data-scheme-switch]")) {
    button.setAttribute("aria-pressed", String(isDark()));
  }
}

show(kept());
document.addEventListener("DOMContentLoaded", () => show(root.dataset.scheme));
device.addEventListener?.("change", () => show(root.dataset.scheme));
window.addEventListener("storage", (event) => {
  if (event.key === "scheme") show(event.newValue);
});
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-scheme-switch]")) return;
  const wanted = isDark() ? "light" : "dark";
  // Back to what the device asks for: it is followed again.
  const choice = (wanted === "dark") === device.matches ? null : wanted;
  keep(choice);
  show(choice);
});
