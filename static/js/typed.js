// Nothing typed is lost: leaving with unsent text warns, a form is sent only while its person is signed in, and what was
// typed waits in this window, in a box whose key only the market has and gives only to the same person.

import { settled, typed, watch } from "./saving.js";
import { ask, onLeaving, standing } from "./session.js";

const SAVE_AFTER = 600;
const KEPT_FOR = 12 * 3600 * 1000;
const PREFIX = "typed ";
const NOT_TYPED = new Set(["hidden", "password", "file", "submit", "button", "reset", "image"]);
const MOVED = new Set(["edited_at", "version", "round", "announcement_hash"]);

const watched = new Map();
let isLeaving = false;
let key = null;

function controls(form) {
  return [...form.elements].filter((each) => each.name && "value" in each && !NOT_TYPED.has(each.type));
}

// A field named "method", as a request's draft has one, hides the form's own property.
function posts(form) {
  return form.getAttribute("method")?.toLowerCase() === "post";
}

function isWatched(form) {
  const isOurs = posts(form) && !form.hasAttribute("hx-post") && !("untyped" in form.dataset);
  return isOurs && !form.querySelector("input[type=password]")
    && (controls(form).length > 0 || form.querySelector("input[type=file]") !== null);
}

function read(control) {
  if (control.type === "checkbox" || control.type === "radio") return control.checked;
  if (control.tagName === "SELECT") return [...control.options].filter((each) => each.selected).map((each) => each.value);
  return control.value;
}

function shownAtFirst(control) {
  if (control.type === "checkbox" || control.type === "radio") return control.defaultChecked;
  if (control.tagName === "SELECT") {
    const chosen = [...control.options].filter((each) => each.defaultSelected).map((each) => each.value);
    return chosen.length || control.multiple ? chosen : [control.options[0]?.value].filter((each) => each !== undefined);
  }
  return control.defaultValue;
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

function write(control, value) {
  if (control.type === "checkbox" || control.type === "radio") control.checked = value;
  else if (control.tagName === "SELECT") for (const each of control.options) each.selected = value.includes(each.value);
  else control.value = value;
  control.dispatchEvent(new Event("input", { bubbles: true }));
  control.dispatchEvent(new Event("change", { bubbles: true }));
}

// Each control by its name and its turn among those of that name.
function named(form) {
  const turns = new Map();
  return controls(form).map((control) => {
    const turn = turns.get(control.name) ?? 0;
    turns.set(control.name, turn + 1);
    return { control, name: `${control.name} ${turn}` };
  });
}

function isDirty(form) {
  const uploads = [...form.querySelectorAll("input[type=file]")].some((each) => each.files.length);
  return uploads || controls(form).some((each) => !same(read(each), shownAtFirst(each)));
}

function moved(form) {
  return Object.fromEntries([...form.elements].filter((each) => MOVED.has(each.name)).map((each) => [each.name, each.value]));
}

// The box

async function theKey() {
  if (!key) {
    const state = await ask();
    if (!state.key) return null;
    key = Uint8Array.from(state.key.match(/../g), (pair) => parseInt(pair, 16));
  }
  if (!self.nacl) {
    await new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = document.getElementById("session").dataset.boxUrl;
      script.addEventListener("load", resolve);
      script.addEventListener("error", () => reject(new TypeError("box")));
      document.head.append(script);
    });
  }
  return key;
}

function close(value) {
  const nonce = self.crypto.getRandomValues(new Uint8Array(24));
  const sealed = self.nacl.secretbox(new TextEncoder().encode(JSON.stringify(value)), nonce, key);
  return btoa(Array.from([...nonce, ...sealed], (byte) => String.fromCharCode(byte)).join(""));
}

async function open(text) {
  if (!await theKey()) return null;
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const plain = self.nacl.secretbox.open(bytes.slice(24), bytes.slice(0, 24), key);
  return plain && JSON.parse(new TextDecoder().decode(plain));
}

// What waits in this window

function waiting() {
  const found = [];
  for (const name of Object.keys(sessionStorage).filter((each) => each.startsWith(PREFIX))) {
    const record = JSON.parse(sessionStorage.getItem(name));
    if (Date.now() - record.at > KEPT_FOR) sessionStorage.removeItem(name);
    else found.push([name, record]);
  }
  return found;
}

function mark(name, values) {
  const text = sessionStorage.getItem(name);
  if (text) sessionStorage.setItem(name, JSON.stringify({ ...JSON.parse(text), ...values }));
}

// True where nothing of the form would be lost with the page, but its files.
async function keep(form) {
  clearTimeout(watched.get(form).timer);
  try {
    if (isDirty(form) && !("saved" in form.dataset) && !await theKey()) return false;
  } catch {
    return false;
  }
  return keepNow(form);
}

function keepNow(form) {
  const { name } = watched.get(form);
  if (!isDirty(form) || "saved" in form.dataset) {
    sessionStorage.removeItem(name);
    return true;
  }
  const content = {
    fields: named(form).map(({ control, name: at }) => [at, read(control), shownAtFirst(control)]),
    files: [...form.querySelectorAll("input[type=file]")].flatMap((each) => [...each.files].map((file) => file.name)),
    moved: moved(form),
  };
  try {
    sessionStorage.setItem(name, JSON.stringify({ at: Date.now(), box: close(content) }));
    return true;
  } catch {
    // The window's store is full: what is typed stays in the page.
    return false;
  }
}

// Sent by other ways than the form's own: what was kept of it is of no more use.
document.addEventListener("typed:sent", (event) => {
  const about = watched.get(event.target);
  if (!about) return;
  clearTimeout(about.timer);
  sessionStorage.removeItem(about.name);
  watched.delete(event.target);
});

async function bringBack(form, name, record) {
  const content = await open(record.box).catch(() => null);
  if (!content) return;
  const now = new Map(named(form).map(({ control, name: at }) => [at, control]));
  const changes = content.fields.filter(([, value, first]) => !same(value, first));
  const isNew = changes.some(([at, value]) => !now.has(at) || !same(read(now.get(at)), value));
  if (!isNew && !content.files.length) {
    // The browser itself, or the draft, has it already.
    if (!isDirty(form)) sessionStorage.removeItem(name);
    return;
  }
  const hasMoved = !same(content.moved, moved(form));
  const fill = () => {
    const rest = [];
    for (const [at, value] of changes) {
      if (now.has(at)) write(now.get(at), value);
      else if (typeof value === "string" && value) rest.push(value);
    }
    if (content.files.length) say(form, "typed-files", record.at, content.files);
    if (rest.length) say(form, "typed-rest", record.at, rest);
  };
  if (record.ended && !hasMoved) {
    fill();
    say(form, "typed-filled", record.at);
    return;
  }
  const notice = say(form, "typed-offered", record.at);
  notice.querySelector("[data-moved]").hidden = !hasMoved;
  notice.addEventListener("click", (event) => {
    const what = event.target.closest("[data-typed]")?.dataset.typed;
    if (what === "fill") fill();
    if (what === "drop") sessionStorage.removeItem(name);
    if (what) notice.remove();
  });
}

function say(form, template, at, list = []) {
  const notice = document.getElementById(template).content.firstElementChild.cloneNode(true);
  const options = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" };
  const lead = notice.querySelector("b");
  lead.textContent = lead.textContent.replace("{time}", new Intl.DateTimeFormat("zh-CN", options).format(at));
  notice.querySelector("[data-list]")?.append(list.join("；"));
  notice.classList.add("typed-notice");
  form.before(notice);
  return notice;
}

// At the start

const isSignedIn = Boolean(document.getElementById("session")?.dataset.person);
// A page that says that nothing was sent, or asks to sign in: what was sent here before has not arrived.
const isUnsent = document.querySelector("[data-unsent], .entrance") !== null;
for (const [name, record] of waiting()) {
  if (isUnsent) mark(name, { sent: false, ended: true });
  else if (record.sent) sessionStorage.removeItem(name);
}

for (const form of document.querySelectorAll("main form")) {
  if (!isSignedIn || !isWatched(form)) continue;
  const place = `${PREFIX}${window.location.pathname} ${new URL(form.getAttribute("action") || "", window.location.href).pathname}`;
  const turn = [...watched.values()].filter((each) => each.place === place).length;
  const name = `${place} ${turn}`;
  watched.set(form, { place, name, timer: 0 });
  if ("saves" in form.dataset) watch(form, () => keepNow(form));
  const record = JSON.parse(sessionStorage.getItem(name) ?? "null");
  if (record) bringBack(form, name, record);
}

// The key is asked for while the person is there: once the session has ended nobody gets it.
if (watched.size) theKey().catch(() => {});

document.addEventListener("input", (event) => {
  const form = event.target.form;
  const about = watched.get(form);
  if (!about) return;
  clearTimeout(about.timer);
  about.timer = setTimeout(() => keep(form), SAVE_AFTER);
  typed(form);
});

window.addEventListener("beforeunload", (event) => {
  const isUnsaved = [...watched.keys()].some((form) => form.isConnected && !("saved" in form.dataset) && isDirty(form));
  if (!isLeaving && (isUnsaved || document.querySelector("form[data-resend]"))) event.preventDefault();
});
window.addEventListener("pageshow", () => { isLeaving = false; });
// The last words before the page goes: the pause after them has not passed yet.
window.addEventListener("pagehide", () => {
  if (isLeaving || !key || !self.nacl) return;
  for (const form of watched.keys()) if (form.isConnected) keepNow(form);
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const about = watched.get(form);
  // A form that a script reads and never sends (the bid in the clear) is watched all the same.
  if (event.defaultPrevented || !about || "neverSent" in form.dataset) return;
  if (form.dataset.checked) {
    delete form.dataset.checked;
    return;
  }
  event.preventDefault();
  if (about.isAsking) return;
  const { submitter } = event;
  const send = async () => {
    about.isAsking = true;
    await settled(form);
    await keep(form);
    const state = await standing(send);
    about.isAsking = false;
    if (!state) return;
    form.dataset.checked = "yes";
    form.requestSubmit(submitter);
  };
  await send();
}, true);

// On its way, where no other script has held it back.
window.addEventListener("submit", (event) => {
  if (event.defaultPrevented || !posts(event.target)) return;
  isLeaving = true;
  const about = watched.get(event.target);
  if (about) mark(about.name, { sent: true });
});

onLeaving(async () => {
  const kept = await Promise.all([...watched.keys()].map(keep));
  for (const { name } of watched.values()) mark(name, { ended: true });
  isLeaving = kept.every(Boolean);
});
