// A draft is saved while somebody types: by a pause, by the page's own save, one at a time; the page says so, or why not.
// Imported by typed.js only.

import { standing } from "./session.js";

const PAUSE = 1500;
const AGAIN = 15_000;

const drafts = new Map();

// `onSaved` hears of each save of what the form then holds.
export function watch(form, onSaved) {
  drafts.set(form, { timer: 0, running: null, isChanged: false, isStopped: false, onSaved });
}

export function typed(form) {
  const draft = drafts.get(form);
  if (!draft || draft.isStopped) return;
  draft.isChanged = true;
  delete form.dataset.saved;
  clearTimeout(draft.timer);
  draft.timer = setTimeout(() => save(form), PAUSE);
}

// Before the form itself is sent: what is on its way arrives first, else the form would be older than the draft.
export async function settled(form) {
  const draft = drafts.get(form);
  if (!draft) return;
  clearTimeout(draft.timer);
  await draft.running;
}

function save(form) {
  const draft = drafts.get(form);
  draft.running = (draft.running ?? Promise.resolve()).then(() => send(form, draft));
  return draft.running;
}

async function send(form, draft) {
  if (!draft.isChanged || draft.isStopped || !form.isConnected) return;
  draft.isChanged = false;
  try {
    const answer = await fetch(form.dataset.saves, {
      method: "POST", body: content(form), headers: { Accept: "application/json" },
    });
    const found = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
    if (answer.ok) take(form, draft, found);
    else await refused(form, draft, answer.status, found);
  } catch {
    draft.isChanged = true;
    say(form, "unreached");
    draft.timer = setTimeout(() => save(form), AGAIN);
  }
}

function content(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data.entries()]) if (value instanceof File) data.delete(name);
  return data;
}

function take(form, draft, { fields, saved_at: time, unread }) {
  for (const [name, value] of Object.entries(fields)) {
    const input = form.elements.namedItem(name);
    if (input) input.value = value;
  }
  const hasFiles = [...form.querySelectorAll("input[type=file]")].some((each) => each.files.length);
  if (!draft.isChanged && !unread.length && !hasFiles) form.dataset.saved = "";
  say(form, unread.length ? "partly" : "saved", { time, what: unread.join("；") });
  draft.onSaved();
}

async function refused(form, draft, status, { detail = "", is_elsewhere: isElsewhere = false }) {
  draft.isChanged = true;
  if (status === 401 || status === 403) {
    // Signed out, or with an old token: after signing in again it goes on.
    say(form, "stopped", { why: detail });
    if (await standing(() => save(form)) && !draft.isRetried) {
      draft.isRetried = true;
      draft.timer = setTimeout(() => save(form), PAUSE);
    }
    return;
  }
  draft.isStopped = isElsewhere;
  say(form, isElsewhere ? "elsewhere" : "stopped", { why: detail });
}

function say(form, name, values = {}) {
  const place = document.querySelector(`[data-save-state="${form.getAttribute("id")}"]`);
  if (!place) return;
  place.dataset.now = name;
  place.textContent = Object.entries(values).reduce(
    (words, [key, value]) => words.replace(`{${key}}`, value), place.dataset[name],
  );
}
