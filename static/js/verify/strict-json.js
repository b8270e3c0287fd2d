// JSON of strings, whole numbers, true, false and null, no key twice; and its canonical bytes (RFC 8785).

import { utf8 } from "./hashing.js";

export class NotJson extends Error {}

const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?![0-9.eE])/y;
const WORD = /true|false|null/y;
const SPACE = /[ \t\n\r]*/y;
const WORDS = { true: true, false: false, null: null };

export function parse(text) {
  let at = 0;

  function take(pattern) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found?.[0];
  }

  function sign(wanted) {
    take(SPACE);
    if (text[at] !== wanted) return false;
    at += 1;
    return true;
  }

  function refuse() {
    const line = text.slice(0, at).split("\n").length;
    throw new NotJson(`line ${line}, character ${at - text.lastIndexOf("\n", at - 1)}: ${text.slice(at, at + 20)}`);
  }

  function value() {
    take(SPACE);
    if (sign("{")) return object();
    if (sign("[")) return list();
    const string = take(STRING);
    if (string !== undefined) return JSON.parse(string);
    const number = take(NUMBER);
    if (number !== undefined) return Number.isSafeInteger(Number(number)) ? Number(number) : refuse();
    const word = take(WORD);
    return word === undefined ? refuse() : WORDS[word];
  }

  function object() {
    const found = Object.create(null);
    if (sign("}")) return found;
    do {
      take(SPACE);
      const key = take(STRING);
      if (key === undefined) refuse();
      const name = JSON.parse(key);
      if (name in found || !sign(":")) refuse();
      found[name] = value();
    } while (sign(","));
    return sign("}") ? found : refuse();
  }

  function list() {
    const found = [];
    if (sign("]")) return found;
    do found.push(value()); while (sign(","));
    return sign("]") ? found : refuse();
  }

  const found = value();
  take(SPACE);
  return at === text.length ? found : refuse();
}

export function canonical(value) {
  return utf8(written(value));
}

function written(value) {
  if (Array.isArray(value)) return `[${value.map(written).join(",")}]`;
  if (value === null || typeof value !== "object") {
    if (/\p{Cs}/u.test(value)) throw new NotJson("half a character");
    return JSON.stringify(value);
  }
  // JavaScript compares strings by UTF-16 code units, as RFC 8785 sorts keys.
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${written(key)}:${written(value[key])}`).join(",")}}`;
}
