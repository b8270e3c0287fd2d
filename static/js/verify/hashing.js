// SHA-256 (FIPS 180-4) and HMAC (RFC 2104) on bytes: the browser's own are missing on plain-http intranets.

const PRIMES = [];
for (let number = 2; PRIMES.length < 64; number += 1) {
  if (PRIMES.every((prime) => number % prime)) PRIMES.push(number);
}

// The first 32 bits of a root's fraction. Integer roots, so that no rounding of a double can matter.
function fractionBits(prime, degree) {
  const wanted = BigInt(prime) << BigInt(32 * degree);
  let [low, high] = [0n, 1n << 40n];
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (middle ** BigInt(degree) <= wanted) low = middle;
    else high = middle;
  }
  return Number(low & 0xffffffffn);
}

const ROUND = Uint32Array.from(PRIMES, (prime) => fractionBits(prime, 3));
const START = Uint32Array.from(PRIMES.slice(0, 8), (prime) => fractionBits(prime, 2));
const BLOCK = 64;
const schedule = new Uint32Array(64);

function turned(word, bits) {
  return (word >>> bits) | (word << (32 - bits));
}

function compress(state, bytes, offset) {
  for (let i = 0; i < 16; i += 1) {
    const at = offset + i * 4;
    schedule[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  }
  for (let i = 16; i < 64; i += 1) {
    const [first, second] = [schedule[i - 15], schedule[i - 2]];
    const low = turned(first, 7) ^ turned(first, 18) ^ (first >>> 3);
    const high = turned(second, 17) ^ turned(second, 19) ^ (second >>> 10);
    schedule[i] = schedule[i - 16] + low + schedule[i - 7] + high;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i += 1) {
    const one = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + ROUND[i] + schedule[i];
    const two = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => { state[i] += word; });
}

// `before`: bytes that the state has already taken in, a multiple of a block.
function finish(state, bytes, before = 0) {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / BLOCK) * BLOCK);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(before + bytes.length) * 8n);
  for (let offset = 0; offset < padded.length; offset += BLOCK) compress(state, padded, offset);
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, i) => digest.setUint32(i * 4, word));
  return new Uint8Array(digest.buffer);
}

export function sha256(bytes) {
  return finish(START.slice(), bytes);
}

// The function message → HMAC-SHA256 for one key, whose two key blocks are hashed once.
export function hmacOf(key) {
  const padded = new Uint8Array(BLOCK);
  padded.set(key.length > BLOCK ? sha256(key) : key);
  const [inner, outer] = [0x36, 0x5c].map((mask) => {
    const state = START.slice();
    compress(state, padded.map((byte) => byte ^ mask), 0);
    return state;
  });
  return (message) => finish(outer.slice(), finish(inner.slice(), message, BLOCK), BLOCK);
}

export function utf8(text) {
  return new TextEncoder().encode(text);
}

export function hexOf(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function bytesOf(hex) {
  return Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16));
}

export function joined(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
