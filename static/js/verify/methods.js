// The six methods, from the rules: whole numbers and BigInt only. Each gives the ranking and what the page shows of it.

import { need, same, sameKeys } from "./difference.js";
import { hexOf, hmacOf, utf8 } from "./hashing.js";

const AMOUNT = /^(0|[1-9][0-9]*)\.[0-9]{2}$/;
const COEFFICIENTS = [95, 96, 97, 98];
const TRIMMED_FROM = 6;

// Everything that chance decides, as functions of the seed.
export function chanceOf(seed) {
  const hmac = hmacOf(seed);
  const number = (message) => BigInt(`0x${hexOf(hmac(utf8(message)))}`);
  const known = new Map();
  const value = (label, id) => {
    const message = `${label}:${id}`;
    if (!known.has(message)) known.set(message, number(message));
    return known.get(message);
  };
  return { number, value };
}

// Sorts by several keys, numbers or BigInts, ascending; each key is worked out only where the ones before are equal.
function sorted(ids, ...keys) {
  return [...ids].sort((one, other) => {
    for (const key of keys) {
      const [left, right] = [key(one), key(other)];
      if (left < right) return -1;
      if (left > right) return 1;
    }
    return 0;
  });
}

function hundredths(rows, key) {
  const found = new Map();
  for (const row of rows) {
    const fits = typeof row[key] === "string" && AMOUNT.test(row[key]) && (key === "score" || row[key] !== "0.00");
    need(fits, `${key} ${row.id}`, row[key]);
    found.set(row.id, BigInt(row[key].replace(".", "")));
  }
  return found;
}

function decimal(number, places) {
  const digits = number.toString().padStart(places + 1, "0");
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

// A fraction of positive numbers, rounded half up.
function rounded(numerator, denominator) {
  return (2n * numerator + denominator) / (2n * denominator);
}

function idsOf(transcript) {
  return transcript.candidates.map((row) => row.id);
}

function direct(transcript) {
  const ids = idsOf(transcript);
  return { ranking: ids, choice: ids, rows: ids.map((id) => ({ id })) };
}

function randomDraw(transcript, { value }) {
  const ranking = sorted(idsOf(transcript), (id) => value("draw", id), (id) => value("tie", id));
  return { ranking, rows: ranking.map((id) => ({ id, value: value("draw", id) })) };
}

function lowestPrice(transcript, { value }) {
  const prices = hundredths(transcript.candidates, "price");
  const ranking = sorted(prices.keys(), (id) => prices.get(id), (id) => value("tie", id));
  const rows = ranking.map((id, place) => {
    const tied = [ranking[place - 1], ranking[place + 1]].some((other) => prices.get(other) === prices.get(id));
    return { id, price: decimal(prices.get(id), 2), value: tied ? value("tie", id) : null };
  });
  return { ranking, rows };
}

function benchmarkPrice(transcript, { number, value }) {
  const prices = hundredths(transcript.candidates, "price");
  const trimmed = [];
  for (const which of prices.size >= TRIMMED_FROM ? ["lowest", "highest"] : []) {
    const ordered = sorted(prices.keys(), (id) => prices.get(id), (id) => value("draw", id));
    // Of the lowest the last in the draw is the greatest; the highest already end with theirs.
    const price = prices.get(which === "lowest" ? ordered[0] : ordered.at(-1));
    const id = ordered.filter((one) => prices.get(one) === price).at(-1);
    trimmed.push({ which, id, price: decimal(price, 2) });
    prices.delete(id);
  }
  const coefficient = COEFFICIENTS[Number(number("coefficient") % 4n)];
  const sum = [...prices.values()].reduce((one, other) => one + other, 0n);
  const fen = rounded(sum * BigInt(coefficient), BigInt(prices.size) * 100n);
  const distance = (id) => (prices.get(id) > fen ? prices.get(id) - fen : fen - prices.get(id));
  const ranking = sorted(prices.keys(), distance, (id) => prices.get(id), (id) => value("tie", id));
  return {
    ranking,
    coefficient,
    trimmed,
    sum: decimal(sum, 2),
    bids: prices.size,
    benchmark: decimal(fen, 2),
    rows: ranking.map((id) => ({ id, price: decimal(prices.get(id), 2), distance: decimal(distance(id), 2) })),
  };
}

function creditPreferred(transcript, { number, value }) {
  const { long, short } = transcript.announcement.parameters;
  need(Number.isInteger(long) && Number.isInteger(short) && long >= short && short >= 1, "parameters", `${long}, ${short}`);
  const scores = hundredths(transcript.candidates, "score");
  const best = sorted(scores.keys(), (id) => -scores.get(id), (id) => value("tie", id)).slice(0, long);
  const left = best.filter((id) => scores.get(id) > 0n).sort();
  const rows = [];
  while (left.length) {
    const sum = left.reduce((total, id) => total + scores.get(id), 0n);
    let rest = number(`weighted:${rows.length + 1}`) % sum;
    const place = left.findIndex((id) => {
      rest -= scores.get(id);
      return rest < 0n;
    });
    const [id] = left.splice(place, 1);
    rows.push({ id, score: decimal(scores.get(id), 2), chance: [scores.get(id), sum] });
  }
  const zeros = best.filter((id) => scores.get(id) === 0n);
  for (const id of sorted(zeros, (one) => value("draw", one), (one) => value("tie", one))) {
    rows.push({ id, score: "0.00", chance: null });
  }
  const ranking = rows.map((row) => row.id);
  return { ranking, choice: ranking.slice(0, short), rows };
}

function bestProposal(transcript, { value }) {
  const { weights, evaluators, pool } = transcript.announcement.parameters;
  sameKeys("parameters", weights, "credit price proposal time");
  const percents = Object.values(weights);
  need(percents.every((one) => Number.isInteger(one) && one >= 0), "parameters", percents.join(", "));
  same("parameters", percents.reduce((one, other) => one + other), 100);
  need(new Set(pool).size === pool.length && pool.length >= evaluators && evaluators >= 3, "parameters", pool.join(", "));
  const { candidates, marks } = transcript;
  const [prices, scores] = [hundredths(candidates, "price"), hundredths(candidates, "score")];
  sameKeys("marks", marks, idsOf(transcript).join(" "));
  const lowest = sorted(prices.values(), (price) => price)[0];
  const fewest = Math.min(...candidates.map((row) => row.days));
  const parts = new Map();
  for (const { id, days } of candidates) {
    const given = marks[id];
    const fits = Array.isArray(given) && given.length === evaluators;
    need(fits && given.every((mark) => Number.isInteger(mark) && mark >= 0 && mark <= 100), `marks ${id}`, given);
    parts.set(id, {
      price: [100n * lowest, prices.get(id)],
      time: [100n * BigInt(fewest), BigInt(days)],
      proposal: [BigInt(given.reduce((one, other) => one + other)), BigInt(evaluators)],
      credit: [scores.get(id), 100n],
    });
  }
  const totals = new Map([...parts].map(([id, each]) => [id, totalOf(each, weights)]));
  const ranking = sorted(totals.keys(), (id) => -totals.get(id), (id) => value("tie", id));
  const rows = ranking.map((id) => {
    const shown = Object.entries(parts.get(id)).map(([name, [over, under]]) => [name, decimal(rounded(over * 10000n, under), 4)]);
    return { id, ...Object.fromEntries(shown), marks: marks[id], total: decimal(totals.get(id), 4) };
  });
  const ordered = sorted(pool, (one) => value("evaluator", one));
  return { ranking, rows, evaluators: ordered, wanted: evaluators, weights };
}

// Over a common denominator: four decimals of the weighted sum, which are percents of percents.
function totalOf(parts, weights) {
  const names = Object.keys(parts);
  const under = names.reduce((product, name) => product * parts[name][1], 1n);
  const over = names.reduce((sum, name) => sum + (BigInt(weights[name]) * parts[name][0] * under) / parts[name][1], 0n);
  return rounded(over * 100n, under);
}

export const METHODS = {
  direct,
  random_draw: randomDraw,
  lowest_price: lowestPrice,
  benchmark_price: benchmarkPrice,
  credit_preferred: creditPreferred,
  best_proposal: bestProposal,
};
