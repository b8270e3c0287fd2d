// A transcript recomputed step by step, from the rules alone: every step tells what it found, or throws a Difference.

import { Difference, need, same, sameKeys } from "./difference.js";
import { bytesOf, hexOf, joined, sha256, utf8 } from "./hashing.js";
import { METHODS, chanceOf } from "./methods.js";
import { NotJson, canonical, parse } from "./strict-json.js";

const KEYS = "announcement announcement_hash candidates ciphertexts code_version coefficient decided_by list_hash marks "
  + "number opened_at public_value ranking reserves secrets seed set_aside version winner working";
const ANNOUNCED = "bid_keys commitments deadline limits method number parameters policy public_value_source published_at "
  + "version";
const HEX = /^[0-9a-f]{64}$/;
const FATES = ["counted", "replaced", "withdrawn", "set_aside"];
const SIDES = ["operator", "regulator"];

function hashOf(value) {
  return hexOf(sha256(canonical(value)));
}

function isHex(value) {
  return typeof value === "string" && HEX.test(value);
}

function isAscending(texts) {
  return texts.every((text, place) => place === 0 || texts[place - 1] <= text);
}

// Before any step: exactly the keys of a transcript, else it is none.
export function checkForm(t) {
  need(t !== null && typeof t === "object" && !Array.isArray(t), "transcript");
  const wanted = KEYS.split(" ");
  for (const key of wanted) if (!Object.hasOwn(t, key)) throw new Difference(key, null);
  for (const key of Object.keys(t)) if (!wanted.includes(key)) throw new Difference(key, JSON.stringify(t[key]), null);
}

function announcement(t) {
  const announced = t.announcement;
  sameKeys("announcement", announced, ANNOUNCED);
  same("announcement_hash", t.announcement_hash, hashOf(announced));
  same("number", t.number, announced.number);
  same("version", t.version, announced.version);
  need(Object.hasOwn(METHODS, announced.method), "method", announced.method);
  return { hash: t.announcement_hash };
}

function commitments(t) {
  const { bid_keys: keys, commitments: promised, deadline, method } = t.announcement;
  if (method === "direct") {
    need([t.secrets, keys, promised, deadline].every((one) => one === null), "secrets", t.secrets);
    return { sides: [] };
  }
  sameKeys("secrets", t.secrets, SIDES.join(" "));
  const sides = SIDES.map((side) => {
    const secret = t.secrets[side];
    const computed = isHex(secret) ? hexOf(sha256(bytesOf(secret))) : null;
    // Without a seed the selection was voided, rightly where a secret is lost or not the one committed to.
    if (t.seed !== null) same(`commitments.${side}`, promised[side], computed);
    return { side, secret, computed, promised: promised[side], kept: computed === promised[side] };
  });
  return { sides, isVoid: sides.some((side) => !side.kept) };
}

function list(t) {
  const { candidates, ciphertexts, set_aside: aside } = t;
  same("list_hash", t.list_hash, hashOf({ candidates, ciphertexts, set_aside: aside }));
  const isDirect = t.announcement.method === "direct";
  for (const row of candidates) {
    sameKeys("candidates", row, "days id nonce price score");
    need(Number.isInteger(row.days) && row.days > 0, `days ${row.id}`, row.days);
    need(isDirect ? row.nonce === null : isHex(row.nonce), `nonce ${row.id}`, row.nonce);
  }
  const ids = candidates.map((row) => row.id);
  need(ids.every((id) => typeof id === "string" && id) && isAscending(ids) && new Set(ids).size === ids.length, "candidates");
  need(ciphertexts.every((row) => isHex(row.sha256) && FATES.includes(row.fate)), "ciphertexts");
  need(isAscending(ciphertexts.map((row) => row.sha256)), "ciphertexts");
  const fates = Object.fromEntries(FATES.map((fate) => [fate, ciphertexts.filter((row) => row.fate === fate).length]));
  if (!isDirect) {
    same("candidates", ids.length, fates.counted);
    same("set_aside", aside.length, fates.set_aside);
  }
  return { hash: t.list_hash, received: ciphertexts.length, candidates: ids.length, ...fates };
}

function seed(t) {
  const source = t.announcement.public_value_source;
  const value = t.public_value;
  need(value === null || typeof value === "string", "public_value", value);
  need(source === null ? value === null : value !== null || t.ranking.length === 0, "public_value", value);
  const isVoid = t.announcement.method !== "direct" && t.seed === null;
  if (t.announcement.method === "direct" || isVoid) {
    same("seed", t.seed, null);
    // A seed may be missing only where a secret is: with both, it follows from what is published.
    if (isVoid) need(commitments(t).isVoid, "seed", t.seed);
    return { seed: null, source, value };
  }
  const parts = [t.secrets.operator, t.secrets.regulator, t.announcement_hash, t.list_hash];
  const raw = parts.concat(t.candidates.map((row) => row.nonce)).map(bytesOf);
  if (value !== null) raw.push(sha256(utf8(value)));
  same("seed", t.seed, hexOf(sha256(joined(...raw))));
  return { seed: t.seed, nonces: t.candidates.length, source, value };
}

// How few bids fail the request: as announced, else whatever the rules allow.
function fewestOf(t) {
  const { limits, method } = t.announcement;
  const allowed = { credit_preferred: [2], direct: [1] }[method] || [1, 3];
  const announced = limits.fewest_bids ?? null;
  need(announced === null || allowed.includes(announced), "fewest_bids", announced);
  return announced === null ? allowed : [announced];
}

function order(t) {
  const { method } = t.announcement;
  const fewest = fewestOf(t);
  const counted = t.candidates.length;
  let found = { ranking: [], coefficient: null, rows: [] };
  // The working explains and is not bound: its form may be any, and it only counts where nothing is ranked.
  const voiding = t.ranking.length === 0 && [t.working].flat().find((one) => one?.step === "voided");
  if ((method !== "direct" && t.seed === null) || voiding) {
    Object.assign(found, { voided: voiding ? String(voiding.reason) : "" });
  } else if (counted < fewest[0] || (counted < fewest.at(-1) && t.ranking.length === 0)) {
    Object.assign(found, { failed: { counted, fewest: fewest.at(-1) } });
  } else {
    const chance = method === "direct" ? {} : chanceOf(bytesOf(t.seed));
    found = { coefficient: null, ...METHODS[method](t, chance) };
    found.ranking = pickedFirst(t, found);
    if (method === "direct") found.rows = found.ranking.map((id) => ({ id }));
  }
  same("coefficient", t.coefficient, found.coefficient);
  for (let place = 0; place < Math.max(found.ranking.length, t.ranking.length); place += 1) {
    same(`ranking ${place + 1}`, t.ranking[place], found.ranking[place]);
  }
  return { method, ...found };
}

function pickedFirst(t, { ranking, choice = [] }) {
  const decided = t.decided_by;
  if ((decided === "rule" || JSON.stringify(decided) === '{"by":"rule"}') && t.announcement.method !== "direct") {
    return ranking;
  }
  sameKeys("decided_by", decided, "by reason");
  const pick = t.ranking[0];
  const hasReason = typeof decided.reason === "string" && decided.reason.trim() !== "";
  need(decided.by === "owner" && hasReason && choice.includes(pick), "decided_by", JSON.stringify(decided));
  return [pick, ...ranking.filter((id) => id !== pick)];
}

function winner(t) {
  same("winner", t.winner, t.ranking[0] ?? null);
  same("reserves", JSON.stringify(t.reserves), JSON.stringify(t.ranking.slice(1, 3)));
  return { winner: t.winner, reserves: t.reserves, decided: t.decided_by };
}

export const STEPS = { announcement, commitments, list, seed, order, winner };

// One step; a transcript of another form is a Difference like any other.
export function take(name, transcript) {
  try {
    return STEPS[name](transcript);
  } catch (failure) {
    if (failure instanceof Difference) throw failure;
    if (failure instanceof TypeError || failure instanceof RangeError || failure instanceof NotJson) {
      throw new Difference("form", failure.message);
    }
    throw failure;
  }
}

// All steps at once, for the tests: what each found, or the first difference.
export function recompute(text) {
  let step = "file";
  try {
    const transcript = parse(text);
    checkForm(transcript);
    const found = {};
    for (step of Object.keys(STEPS)) found[step] = take(step, transcript);
    return { found };
  } catch (failure) {
    if (failure instanceof NotJson || failure instanceof RangeError) return { difference: { step, what: failure.message } };
    if (!(failure instanceof Difference)) throw failure;
    const { what, published, computed } = failure;
    return { difference: { step, what, published, computed } };
  }
}

// Published values that the result rests on: texts and numbers of everything but what explains it.
export function numbersIn(transcript) {
  const { opened_at: a, working: b, decided_by: c, code_version: d, ...bound } = transcript;
  const count = (value) => {
    if (value === null) return 0;
    return typeof value === "object" ? Object.values(value).reduce((sum, one) => sum + count(one), 0) : 1;
  };
  return count(bound);
}
