// What each step shows of what it found: the question is its heading, then the numbers, then the answer.

import { filled, grouped, has, hash, node } from "./words.js";

const FIRST_ROWS = 20;

function paragraph(name, values) {
  return node("p", "", filled(name, values));
}

function facts(rows) {
  return node("dl", "fact-list", rows.map(([name, value, css]) => node("div", "", [
    node("dt", "", filled(name)), node("dd", "", value === null ? filled("fact.lost") : hash(value, css)),
  ])));
}

function nameOf(id, names) {
  return names[id] ? [names[id], node("span", "sub", [hash(id)])] : [hash(id)];
}

function shortValue(value) {
  return value === null || value === undefined ? "" : grouped(value.toString(16).padStart(64, "0").slice(0, 16));
}

function money(amount) {
  const [whole, fen] = amount.split(".");
  return `¥${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${fen}`;
}

// One in how many, as a percentage with one decimal; integers, so that it is exact before the cut.
function percent([weight, sum]) {
  const tenths = (weight * 2000n + sum) / (2n * sum);
  return `${tenths / 10n}.${tenths % 10n}%`;
}

const CELLS = {
  value: (row) => shortValue(row.value),
  price: (row, method) => (method === "best_proposal" ? row.price : money(row.price)),
  distance: (row) => money(row.distance),
  score: (row) => row.score,
  chance: (row) => (row.chance ? percent(row.chance) : "—"),
  time: (row) => row.time,
  proposal: (row) => `${row.proposal} (${row.marks.join(", ")})`,
  credit: (row) => row.credit,
  total: (row) => row.total,
};
const COLUMNS = {
  direct: [],
  random_draw: ["value"],
  lowest_price: ["price", "value"],
  benchmark_price: ["price", "distance"],
  credit_preferred: ["score", "chance"],
  best_proposal: ["price", "time", "proposal", "credit", "total"],
};

function result(id, found, transcript) {
  const place = transcript.ranking.indexOf(id);
  const said = [];
  if (place === 0) said.push(filled("table.winner"));
  if (place === 1 || place === 2) said.push(filled("table.reserve", { place }));
  if (found.method === "credit_preferred" && found.choice.includes(id)) said.push(filled("table.short"));
  return said.map((text, at) => node("span", place === 0 && at === 0 ? "tag tag-success" : "tag", text));
}

function table(found, transcript, names) {
  // A number from the seed is shown only where one decided: equal prices are rare.
  const columns = COLUMNS[found.method].filter((name) => name !== "value" || found.rows.some((row) => row.value));
  const first = found.method === "credit_preferred" ? "drawn" : "place";
  const heads = [first, "firm", ...columns, "result"].map((name) => {
    const cell = node("th", columns.includes(name) ? "num" : "", filled(`table.${name}`));
    cell.scope = "col";
    return cell;
  });
  const rows = found.rows.map((row, place) => {
    const cells = columns.map((name) => {
      const cell = node("td", "num", CELLS[name](row, found.method));
      cell.dataset.label = filled(`table.${name}`);
      return cell;
    });
    const [number, firm, end] = [
      node("td", "", String(place + 1)),
      node("th", "title", nameOf(row.id, names)),
      node("td", "verify-result", result(row.id, found, transcript)),
    ];
    firm.scope = "row";
    const made = node("tr", transcript.winner === row.id ? "is-selected" : "", [number, firm, ...cells, end]);
    made.hidden = place >= FIRST_ROWS;
    return made;
  });
  const made = [node("div", "table-wrap", [node("table", "table verify-table", [
    node("thead", "", [node("tr", "", heads)]), node("tbody", "", rows),
  ])])];
  if (rows.length > FIRST_ROWS) {
    const all = node("button", "btn btn-text btn-sm", filled("table.rest", { count: rows.length }));
    all.type = "button";
    all.addEventListener("click", () => {
      for (const row of rows) row.hidden = false;
      all.remove();
    });
    made.push(all);
  }
  return made;
}

function order(found, transcript, names) {
  if (found.voided !== undefined) return [paragraph("order.voided", { reason: found.voided })];
  if (found.failed) return [paragraph("order.failed", found.failed)];
  const values = { ...found, ...found.weights, ...transcript.announcement.parameters };
  for (const name of ["sum", "benchmark"]) if (found[name]) values[name] = money(found[name]);
  const shown = [paragraph(`order.${found.method}`, values)];
  for (const out of found.trimmed || []) {
    shown.push(paragraph(`order.trimmed.${out.which}`, { price: money(out.price), id: names[out.id] || out.id }));
  }
  if (found.evaluators) shown.push(paragraph("order.evaluators", { numbers: found.evaluators.join(", "), wanted: found.wanted }));
  return [...shown, ...table(found, transcript, names)];
}

export const shownBy = {
  announcement: ({ hash: text }) => [
    paragraph("step.announcement.why"), facts([["fact.announcement", text, "is-match"]]),
  ],
  commitments: ({ sides }) => (sides.length === 0 ? [paragraph("step.commitments.direct")] : [
    paragraph("step.commitments.why"),
    facts(sides.flatMap(({ side, secret, computed, promised, kept }) => [
      [`fact.secret.${side}`, secret],
      ["fact.fingerprint", computed, kept ? "is-match" : ""],
      ...(kept ? [] : [["fact.promised", promised]]),
    ])),
  ]),
  list: (found, transcript) => [
    paragraph(transcript.announcement.method === "direct" ? "step.list.direct" : "step.list.why", found),
    facts([["fact.list", found.hash, "is-match"]]),
  ],
  seed: (found, transcript) => {
    if (transcript.announcement.method === "direct") return [paragraph("step.seed.direct")];
    if (found.seed === null) return [paragraph("step.seed.voided")];
    const rows = [["fact.seed", found.seed, "is-match"]];
    if (found.value !== null) rows.unshift(["fact.value", found.value]);
    const said = [paragraph("step.seed.why", found)];
    if (found.value !== null) said.push(paragraph("step.seed.public"));
    return [...said, facts(rows)];
  },
  order,
  winner: ({ winner, reserves, decided, salt, uscc }, transcript, names) => {
    if (winner === null) return [paragraph("step.winner.none")];
    const places = [["fact.winner", winner], ...reserves.map((id, at) => [at + 1, id])];
    const rows = places.map(([name, id]) => node("div", "", [
      node("dt", "", has(name) ? filled(name) : filled("fact.reserve", { place: name })), node("dd", "", nameOf(id, names)),
    ]));
    const why = decided.by === "owner" ? paragraph("step.winner.owner", decided) : paragraph("step.winner.why");
    const shown = [why, node("dl", "fact-list", rows)];
    if (salt) {
      shown.push(paragraph("step.winner.salt"), facts([
        ["fact.code", uscc], ["fact.salt", salt], ["fact.fingerprint", winner, "is-match"],
      ]));
    }
    return shown;
  },
  signature: ({ key, signature }) => [
    paragraph("step.signature.why"), facts([["fact.key", key], ["fact.signature", signature, "is-match"]]),
  ],
};
