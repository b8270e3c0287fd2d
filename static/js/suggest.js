// Suggestions below a search box (combobox pattern): arrow keys choose, Enter opens, Esc closes.

const DELAY = 180;

for (const form of document.querySelectorAll("form[data-suggest]")) {
  const input = form.querySelector("input[type=search]");
  const list = form.querySelector(".suggestions");
  list.id = list.id || `suggestions-${Math.random().toString(36).slice(2, 8)}`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.getAttribute("aria-label"));
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list",
  })) input.setAttribute(name, value);

  let timer = 0;
  let latest = 0;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const show = (visible) => {
    list.hidden = !visible;
    input.setAttribute("aria-expanded", String(visible));
    if (!visible) input.removeAttribute("aria-activedescendant");
  };
  const choose = (step) => {
    const all = options();
    if (!all.length) return;
    const now = all.findIndex((each) => each.getAttribute("aria-selected") === "true");
    const next = all[(now + step + all.length + (now < 0 && step < 0 ? 1 : 0)) % all.length];
    for (const each of all) each.setAttribute("aria-selected", String(each === next));
    input.setAttribute("aria-activedescendant", next.id);
    next.scrollIntoView({ block: "nearest" });
  };
  const ask = async () => {
    const text = input.value.trim();
    const mine = ++latest;
    if (!text) return show(false);
    const address = new URL(form.dataset.suggest, window.location.href);
    address.searchParams.set("q", text);
    const scope = form.querySelector("[name=scope]");
    if (scope?.value) address.searchParams.set("scope", scope.value);
    try {
      const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok || mine !== latest) return;
      list.innerHTML = await answer.text();
      show(options().length > 0);
    } catch {
      show(false); // offline: the box still searches
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, DELAY);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // the input method owns the keys while it writes
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) ask();
      else choose(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      show(false);
    } else if (event.key === "Enter" && !list.hidden) {
      const chosen = options().find((each) => each.getAttribute("aria-selected") === "true");
      if (chosen) {
        event.preventDefault();
        window.location.assign(chosen.href);
      }
    }
  });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) show(false);
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
}
