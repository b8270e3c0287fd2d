// A form that posts is sent once: its button turns grey and says that it works.

const WORKING = { "zh-hans": "正在提交…", en: "Working…" };

document.addEventListener("submit", (event) => {
  const form = event.target;
  // By its attribute: a field named "method" hides the form's own property.
  if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  const button = event.submitter;
  if (!button) return;
  // The button's own name and value must still be sent, so it is disabled only after the form has been read.
  setTimeout(() => {
    const words = button.dataset.working || WORKING[document.documentElement.lang] || WORKING.en;
    button.dataset.label = button.innerHTML;
    button.disabled = true;
    button.replaceChildren(Object.assign(document.createElement("span"), { className: "spinner" }), ` ${words}`);
  }, 0);
});

// Back from the next page, the browser shows this one as it was left: give the buttons back.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[data-label]")) {
      button.innerHTML = button.dataset.label;
      button.disabled = false;
    }
  }
});
