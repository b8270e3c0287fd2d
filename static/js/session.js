// Whether the reader is still signed in: warns before the session ends, says when it has, in every window at once.
// Imported only, never loaded by a tag of its own: there is one of it in a page.

const box = document.getElementById("session");
const channel = "BroadcastChannel" in self ? new BroadcastChannel("session") : null;
const SOON = 60_000;

let person = box?.dataset.person ?? "";
let endsAt = box?.dataset.endsIn ? Date.now() + Number(box.dataset.endsIn) * 1000 : 0;
let renewAt = box ? Date.now() + Number(box.dataset.step) * 1000 : 0;
let shown = "";
let waiting = null;
let timer = 0;

// What the server says: {person, name, ends_in, is_longest, token, key}; every form of the page gets the present token.
export async function ask(url = box.dataset.stateUrl, options = {}) {
  const answer = await fetch(url, { headers: { Accept: "application/json" }, cache: "no-store", ...options });
  if (!answer.ok) throw new TypeError(`${answer.status}`);
  const state = await answer.json();
  if (state.token) {
    for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = state.token;
  }
  if (state.person && !person) person = state.person;
  if (state.person === person) {
    endsAt = Date.now() + state.ends_in * 1000;
    plan();
  }
  return state;
}

// The state where whoever opened the page is signed in; else null, and the reader is told. `then` is done once they are.
export async function standing(then) {
  if (!box) return {};
  let state;
  try {
    state = await ask();
  } catch {
    show("unreached", then);
    return null;
  }
  if (state.person === person) return state;
  show(state.person ? "other" : "ended", then, state.name);
  return null;
}

// Called before the reader signs in in this window, so that what is typed can wait for them.
const leaving = [];
export function onLeaving(listener) {
  leaving.push(listener);
}

function show(name, then = null, who = "") {
  const words = box.querySelector(`template[data-state=${name}]`).content.cloneNode(true);
  const fill = (text) => text.replace("{time}", clockFace(endsAt)).replace("{name}", who);
  box.querySelector("#session-heading").textContent = fill(words.querySelector("h2").textContent);
  box.querySelector("#session-words").textContent = fill(words.querySelector("p").textContent.trim());
  const actions = [...words.querySelectorAll("button, a")].filter((each) => then || each.dataset.do !== "go" || name !== "again");
  for (const link of actions.filter((each) => each.dataset.do === "leave")) {
    link.href += `?next=${encodeURIComponent(window.location.pathname + window.location.search)}`;
  }
  box.querySelector("[data-actions]").replaceChildren(...actions);
  shown = name;
  waiting = then;
  if (!box.open) box.showModal();
  box.querySelector("#session-heading").focus();
}

function close() {
  shown = "";
  if (box.open) box.close();
}

box?.addEventListener("close", () => { shown = ""; });
box?.addEventListener("click", async (event) => {
  const control = event.target.closest("[data-do]");
  const what = control?.dataset.do;
  const then = waiting;
  if (what === "leave") {
    event.preventDefault();
    for (const listener of leaving) await listener();
    window.location.assign(control.href);
  }
  if (what === "stay") await stay();
  if (what === "close" || what === "go" || what === "stay") close();
  if (what === "go") then?.();
});

function clockFace(moment) {
  const options = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" };
  return new Intl.DateTimeFormat("zh-CN", options).format(moment);
}

async function stay() {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? (await ask()).token;
  renewAt = Date.now() + Number(box.dataset.step) * 1000;
  try {
    const state = await ask(box.dataset.stayUrl, { method: "POST", headers: { "X-CSRFToken": token } });
    if (state.person === person) tell();
  } catch {
    // The time that was planned stands.
  }
}

function plan() {
  clearTimeout(timer);
  if (!endsAt) return;
  const warnAt = endsAt - Number(box.dataset.warns) * 1000;
  const next = Date.now() < warnAt ? warnAt : endsAt;
  timer = setTimeout(look, Math.min(Math.max(next - Date.now(), 0) + 500, 2 ** 31 - 1));
}

// At the times planned, and where a window is looked at again: another window may have renewed the session or ended it.
async function look() {
  let state;
  try {
    state = await ask();
  } catch {
    timer = setTimeout(look, SOON);
    return;
  }
  if (!state.person) {
    if (shown !== "ended") show("ended", waiting);
  } else if (state.person === person && state.ends_in <= Number(box.dataset.warns)) {
    if (!shown) show(state.is_longest ? "last" : "ending");
  } else if (state.person === person) settle();
}

// The person is there again, or has stayed.
function settle() {
  if (shown === "ending" || shown === "last") close();
  if (shown === "ended" || shown === "other") show("again", waiting);
}

function tell() {
  channel?.postMessage({ person, endsAt });
}

if (channel && box) {
  channel.addEventListener("message", async ({ data }) => {
    if ("waits" in box.dataset && !person) {
      const state = await ask();
      if (state.person) show("again", () => document.querySelector("form[data-resend]").requestSubmit());
      return;
    }
    if (data.person !== person) return;
    endsAt = data.endsAt;
    plan();
    if (shown) await look();
  });
}
if (box) {
  if (person) {
    plan();
    tell();
  } else if ("asks" in box.dataset) ask().then(tell, () => {});
  document.addEventListener("visibilitychange", () => {
    const isDue = shown || (endsAt && Date.now() > endsAt - Number(box.dataset.warns) * 1000);
    if (!document.hidden && isDue) look();
  });
  window.addEventListener("focus", () => { if (shown) look(); });
  // Typing is use, too: a long text is written without a request.
  document.addEventListener("input", () => {
    if (person && endsAt > Date.now() && Date.now() > renewAt) stay();
  });
}
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close-window]")) window.close();
});
