// The bid's page: what was typed is looked over and sealed here, and only the ciphertext is sent.
// Without this script the page's forms post in the clear and the server seals on arrival; the page says which it is.

import { capitalCny, formatCny, plainCny, readAmount, readFen, tenthsOfPercent } from "./amounts.js";
import { canSeal, plaintext, random, seal, sealFile, sha256, toBase64 } from "./sealing.js";
import { standing } from "./session.js";

const page = document.getElementById("seal");
const data = document.getElementById("sealing");
if (page && data && canSeal()) start(page, JSON.parse(data.textContent));

function start(root, market) {
  const clear = root.querySelector("[data-clear]");
  const form = root.querySelector("[data-seal]");
  const announcement = JSON.parse(market.announcement);
  // What is being filed; kept until it is stored, so that pressing again sends the same bytes.
  const filing = { fen: null, days: null, file: null, sealed: null };

  for (const part of root.querySelectorAll("[data-without-script]")) part.hidden = true;
  for (const part of root.querySelectorAll("[data-with-script]")) part.hidden = false;
  if (sha256(market.announcement) !== market.announcement_hash) fail(market.words.hash);

  if (clear) clear.dataset.neverSent = "";
  clear?.addEventListener("submit", (event) => {
    // First of all: in the clear it is not sent.
    event.preventDefault();
    if (read()) look();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const declaration = form.querySelector("[name=declaration]");
    if (declaration && !declaration.checked) {
      document.getElementById("declaration_error").textContent = market.words.declaration;
      declaration.setAttribute("aria-invalid", "true");
      declaration.focus();
      return;
    }
    send(form.querySelector("button[type=submit]"));
  });
  for (const button of form.querySelectorAll("[data-edit]")) button.addEventListener("click", edit);

  function read() {
    const found = problems();
    for (const name of ["price", "days", "proposal"]) mark(clear.querySelector(`[name=${name}]`), found[name]);
    filing.sealed = null;
    clear.querySelector("[aria-invalid=true]")?.focus();
    return Object.keys(found).length === 0;
  }

  function problems() {
    const found = {};
    if (!market.fixes_price) {
      const { fen, reason } = readAmount(clear.querySelector("[name=price]").value);
      filing.fen = fen;
      if (!fen) found.price = market.amount_words[reason] ?? market.words.price;
      else if (market.price_max && filing.fen > readFen(market.price_max)) found.price = market.words.price_max;
      else if (market.price_min && filing.fen < readFen(market.price_min)) found.price = market.words.price_min;
    }
    const days = clear.querySelector("[name=days]");
    if (days) {
      filing.days = Number(days.value.normalize("NFKC").trim());
      if (!Number.isInteger(filing.days) || filing.days < 1 || filing.days > market.days_max) found.days = market.words.days;
    } else filing.days = market.days_max;
    if (market.asks_for_proposal) {
      filing.file = clear.querySelector("[name=proposal]").files[0] ?? null;
      if (!filing.file || !filing.file.size) found.proposal = market.words.proposal;
      else if (!market.kinds.includes(filing.file.name.split(".").pop().toLowerCase())) found.proposal = market.words.proposal_kind;
      else if (filing.file.size > market.most_bytes) found.proposal = market.words.proposal_size;
    }
    return found;
  }

  function look() {
    if (filing.fen) {
      show("price", formatCny(filing.fen));
      show("capital", capitalCny(filing.fen));
      if (market.standard) show("share", `${tenthsOfPercent(filing.fen, readFen(market.standard))}%`);
    }
    show("days", filing.days);
    show("proposal", filing.file?.name ?? "");
    turn(true);
    form.querySelector("h2").focus();
    window.scrollTo(0, 0);
  }

  function turn(looking) {
    clear.hidden = looking;
    form.hidden = !looking;
    for (const part of document.querySelectorAll("[data-before-sealing]")) part.hidden = looking;
  }

  function edit() {
    turn(false);
    root.querySelector("[data-failure]").hidden = true;
    clear.querySelector("input:not([type=hidden]), button")?.focus();
  }

  // After the session's end nothing is lost: signed in again, in whichever window, the same bytes go with a new token.
  async function send(button) {
    button.disabled = true;
    try {
      filing.sealed ??= await sealed();
      if (!await standing(() => send(button))) return;
      const answer = await fetch(market.url, { method: "POST", body: body(), headers: { Accept: "text/html" } });
      if (answer.headers.get("Content-Type")?.includes("json")) fail((await answer.json()).detail);
      else if (answer.ok) receive(new DOMParser().parseFromString(await answer.text(), "text/html"));
      else fail(market.words.not_taken);
    } catch (failure) {
      if (!(failure instanceof TypeError)) throw failure;
      fail(market.words.unreached);
    } finally {
      button.disabled = false;
    }
  }

  async function sealed() {
    const withdrawal = "withdrawal" in form.dataset;
    const numbers = { nonce: random(), salt: random() };
    const file = filing.file && sealFile(filing.file.name, new Uint8Array(await filing.file.arrayBuffer()));
    const bid = {
      ...numbers,
      days: withdrawal ? null : filing.days,
      price: withdrawal || !filing.fen ? null : plainCny(filing.fen),
      proposal: file ? file.bound : null,
      request: announcement.number,
      uscc: market.uscc,
      version: announcement.version,
    };
    return { numbers, file, ciphertext: seal(plaintext(bid), announcement.bid_keys) };
  }

  function body() {
    const form_ = new FormData();
    form_.append("csrfmiddlewaretoken", root.querySelector("[name=csrfmiddlewaretoken]").value);
    form_.append("purpose", "withdrawal" in form.dataset ? "withdrawal" : "bid");
    form_.append("announcement_hash", market.announcement_hash);
    form_.append("sealed", toBase64(filing.sealed.ciphertext));
    if (filing.sealed.file) form_.append("proposal", new Blob([filing.sealed.file.ciphertext]), "sealed");
    return form_;
  }

  // The receipt's page takes this one's place, with the two numbers that only this browser knows.
  function receive(answer) {
    const link = answer.getElementById("download-receipt");
    if (!link) {
      fail(market.words.not_taken);
      return;
    }
    const start = link.getAttribute("href").indexOf(",") + 1;
    const receipt = { ...JSON.parse(atob(link.getAttribute("href").slice(start))), ...filing.sealed.numbers };
    const ordered = Object.fromEntries(Object.entries(receipt).sort());
    link.href = `data:application/json;base64,${btoa(JSON.stringify(ordered, null, 1))}`;
    for (const place of answer.querySelectorAll("[data-fill]")) fill(place, receipt[place.dataset.fill]);
    clear?.dispatchEvent(new CustomEvent("typed:sent", { bubbles: true }));
    document.title = answer.title;
    document.getElementById("content").replaceWith(document.adoptNode(answer.getElementById("content")));
    const heading = document.querySelector("#content h1");
    heading.tabIndex = -1;
    heading.focus();
    window.scrollTo(0, 0);
  }

  function fill(place, hex) {
    const groups = hex.match(/.{1,8}/g).map((group) => Object.assign(document.createElement("span"), { textContent: group }));
    place.querySelector(".hash").replaceChildren(...groups);
  }

  function fail(words) {
    show("failure", words);
    const box = root.querySelector("[data-failure]");
    box.hidden = false;
    box.focus();
  }

  function show(name, words) {
    for (const place of root.querySelectorAll(`[data-show=${name}]`)) place.textContent = words;
  }
}

// An error at its field, as the server would show it.
function mark(input, words) {
  const field = input?.closest(".field");
  if (!field) return;
  field.querySelector("[data-error]")?.remove();
  field.classList.toggle("has-error", Boolean(words));
  if (!words) {
    input.removeAttribute("aria-invalid");
    return;
  }
  const message = Object.assign(document.createElement("p"), { className: "field-error", textContent: words, id: `${input.id}_error` });
  message.dataset.error = "";
  (input.closest(".with-unit, .file-drop") ?? input).before(message);
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", message.id);
}
