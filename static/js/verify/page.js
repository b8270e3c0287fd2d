// The verification page: takes a transcript through all steps before the reader's eyes, and says how each came out.

import { Difference, same } from "./difference.js";
import { bytesOf, hexOf, joined, sha256, utf8 } from "./hashing.js";
import { STEPS, checkForm, numbersIn, take } from "./recompute.js";
import { shownBy } from "./show.js";
import { NotJson, canonical, parse } from "./strict-json.js";
import { readReceipt } from "./receipt.js";
import { filled, has, hash, node } from "./words.js";

const panel = document.querySelector("[data-verify]");
const verdict = panel.querySelector("[data-verdict]");
const steps = panel.querySelector("[data-steps]");
const receipt = panel.querySelector("[data-receipt-bar]");
const receiptAnswer = panel.querySelector("[data-receipt-answer]");
const names = JSON.parse(document.querySelector("#verify-names").textContent);
const salts = JSON.parse(document.querySelector("#verify-salts").textContent);

let transcript = null;

// The browser draws what is known so far; a thousand bids keep nobody waiting before an empty page.
function drawn() {
  return new Promise((done) => { setTimeout(done); });
}

function say(kind, title, ...lines) {
  verdict.className = `verdict verdict-${kind}`;
  for (const icon of verdict.querySelectorAll("[data-when]")) icon.hidden = icon.dataset.when !== kind;
  verdict.querySelector("[data-verdict-title]").textContent = title;
  verdict.querySelector("[data-verdict-text]").replaceChildren(...lines.map((line) => node("span", "d-block", line)));
}

function addStep(name) {
  const item = node("li", "verify-step", [
    node("h3", "", filled(`step.${name}`)),
    node("span", "verify-answer", filled("working")),
    node("div", "verify-body"),
  ]);
  steps.append(item);
  return item;
}

function answer(item, kind, body) {
  item.classList.add(`is-${kind}`);
  const mark = item.querySelector(".verify-answer");
  const icons = { match: "check", differs: "cross", unchecked: "dash", unneeded: "dash" };
  mark.replaceChildren(document.querySelector(`#verify-icon-${icons[kind]}`).content.cloneNode(true), filled(kind));
  item.querySelector(".verify-body").replaceChildren(...body);
}

function shownDifference({ what, published, computed }) {
  const facts = [[filled("where"), inWords(what)]];
  if (published !== undefined) facts.push([filled("published"), written(published)]);
  if (computed !== undefined) facts.push([filled("computed"), written(computed)]);
  return [node("dl", "fact-list", facts.map(([name, value]) => node("div", "", [
    node("dt", "", name), node("dd", "verify-value", value === null ? filled("nothing") : hash(value)),
  ])))];
}

// A key of the transcript, and of whom or which place, in words; the key itself stays readable behind them.
function inWords(what) {
  const [key, ...of] = what.split(" ");
  return has(`differs.${key}`) ? `${filled(`differs.${key}`, { of: of.join(" ") })} (${what})` : what;
}

function written(value) {
  return value === null ? null : typeof value === "string" ? value : JSON.stringify(value);
}

function end(name, item, failure) {
  answer(item, "differs", shownDifference(failure));
  const step = steps.children.length;
  if (name === "file") say("wrong", filled("wrong.file"), filled("wrong.file.text"));
  else say("wrong", filled("wrong"), filled("wrong.text", { step, title: filled(`step.${name}`) }), filled("wrong.report"));
  item.scrollIntoView({ block: "nearest" });
}

// Where names are not published an id is the hash of salt and code, and the winner's salt is.
function checkSalt(found) {
  const shown = salts[found.winner];
  if (!shown) return;
  const computed = hexOf(sha256(joined(bytesOf(shown.salt), utf8(shown.uscc))));
  same("winner", found.winner, computed);
  Object.assign(found, shown);
}

async function checkSignature(item, signature) {
  if (!signature) {
    answer(item, "unchecked", [node("p", "", filled("step.signature.none"))]);
    return true;
  }
  const known = /^[0-9a-f]{128}$/.test(signature.signature) && /^[0-9a-f]{64}$/.test(signature.key);
  const fits = known && self.nacl.sign.detached.verify(
    canonical(transcript), bytesOf(signature.signature), bytesOf(signature.key),
  );
  if (!fits) {
    end("signature", item, new Difference(filled("fact.signature"), signature.signature));
    return false;
  }
  answer(item, "match", shownBy.signature(signature));
  return true;
}

export async function run(text, signature) {
  const began = performance.now();
  transcript = null;
  steps.replaceChildren();
  receiptAnswer.textContent = "";
  say("working", filled("working"), filled("working.text"));
  panel.hidden = false;
  let name = "file";
  let item = null;
  const found = {};
  try {
    item = addStep("file");
    await drawn();
    const read = parse(text);
    checkForm(read);
    item.remove();
    for (name of Object.keys(STEPS)) {
      item = addStep(name);
      await drawn();
      found[name] = take(name, read);
      if (name === "winner") checkSalt(found.winner);
      const isDirect = read.announcement.method === "direct";
      const unneeded = isDirect && ["commitments", "seed"].includes(name);
      if (isDirect && has(`step.${name}.title`)) item.querySelector("h3").textContent = filled(`step.${name}.title`);
      answer(item, unneeded ? "unneeded" : "match", shownBy[name](found[name], read, names));
    }
    transcript = read;
    receipt.hidden = read.announcement.method === "direct";
    name = "signature";
    item = addStep(name);
    if (!await checkSignature(item, signature)) return;
  } catch (failure) {
    if (failure instanceof NotJson || failure instanceof RangeError) end(name, item, new Difference(failure.message));
    else if (failure instanceof Difference) end(name, item, failure);
    else throw failure;
    return;
  }
  const { failed, voided } = found.order;
  const sentence = voided !== undefined ? "right.voided" : failed ? "right.failed" : "right.text";
  const ms = Math.max(1, Math.round(performance.now() - began));
  const title = filled(voided === undefined ? "right" : "right.voided.title");
  say("right", title, filled(sentence, { count: numbersIn(transcript), ...failed }), filled("right.time", { ms }));
}

async function fetched(url) {
  const response = await fetch(url, { credentials: "omit" });
  if (!response.ok) throw new TypeError(response.statusText);
  return response.text();
}

async function runPublished() {
  say("working", filled("working"), filled("working.text"));
  let text;
  let signature;
  try {
    [text, signature] = await Promise.all([panel.dataset.transcript, panel.dataset.signature].map(fetched));
  } catch {
    say("wrong", filled("unread"), filled("unread.text"));
    return;
  }
  await run(text, JSON.parse(signature));
}

const form = document.querySelector("[data-verify-form]");
form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const data = new FormData(form);
  const [signature, key] = ["signature", "key"].map((name) => data.get(name).trim().toLowerCase());
  await run(data.get("transcript"), signature || key ? { signature, key } : null);
  verdict.scrollIntoView({ block: "start" });
});
form?.querySelector("[type=file]").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (file) form.elements.transcript.value = await file.text();
});
panel.querySelector("[data-verify-again]")?.addEventListener("click", runPublished);
panel.querySelector("[data-receipt]").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  receiptAnswer.textContent = transcript ? readReceipt(await file.text(), transcript) : filled("receipt.first");
  event.target.value = "";
});
if (panel.dataset.transcript) runPublished();
