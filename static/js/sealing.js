// What a bidder's browser makes of a bid, byte for byte as the market's rules have it; the page's own part is seal-bid.js.
// A sealed box is an ephemeral key and a box whose nonce is BLAKE2b-24 of both public keys: PyNaCl opens it.

const BLOCK = 4096;
const text = new TextEncoder();

export function canSeal() {
  return Boolean(self.nacl && self.blakejs && self.sha256 && self.crypto?.getRandomValues);
}

export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function fromHex(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export function toBase64(bytes) {
  let binary = "";
  for (let start = 0; start < bytes.length; start += 8192) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return btoa(binary);
}

export function sha256(bytes) {
  return self.sha256(bytes);
}

// A nonce, salt or key: 32 random bytes in hexadecimal.
export function random() {
  return toHex(self.crypto.getRandomValues(new Uint8Array(32)));
}

// RFC 8785 of strings, whole numbers, null, arrays and objects of them.
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${members.join(",")}}`;
}

// The bid as its rules have it, with spaces up to a multiple of 4096 bytes.
export function plaintext(bid) {
  const bytes = text.encode(canonical(bid));
  const padded = new Uint8Array(Math.ceil(bytes.length / BLOCK) * BLOCK).fill(0x20);
  padded.set(bytes);
  return padded;
}

export function seal(bytes, keys) {
  return sealedBox(sealedBox(bytes, fromHex(keys.regulator)), fromHex(keys.operator));
}

function sealedBox(bytes, publicKey) {
  const once = self.nacl.box.keyPair();
  const nonce = self.blakejs.blake2b(joined(once.publicKey, publicKey), null, self.nacl.box.nonceLength);
  return joined(once.publicKey, self.nacl.box(bytes, nonce, publicKey, once.secretKey));
}

// A proposal's file under a key of its own, padded to a power of two; `bound` is what the bid says of it.
export function sealFile(name, content) {
  const head = text.encode(canonical({ name: [...name].slice(-120).join(""), size: content.length }));
  const length = 4 + head.length + content.length;
  const padded = new Uint8Array(Math.max(BLOCK, 2 ** Math.ceil(Math.log2(length))));
  new DataView(padded.buffer).setUint32(0, head.length);
  padded.set(head, 4);
  padded.set(content, 4 + head.length);
  const key = random();
  const nonce = self.crypto.getRandomValues(new Uint8Array(self.nacl.secretbox.nonceLength));
  const ciphertext = joined(nonce, self.nacl.secretbox(padded, nonce, fromHex(key)));
  return { ciphertext, bound: { key, sha256: sha256(ciphertext) } };
}

function joined(first, second) {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
