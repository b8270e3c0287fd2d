// A bidder's receipt against the list: any file that holds the hash of the bid will do.

import { filled } from "./words.js";

export function readReceipt(text, transcript) {
  const hashes = new Set(text.match(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g));
  if (hashes.size === 0) return filled("receipt.unread");
  const { number } = transcript;
  const numbers = text.match(/[A-Z]{2}-[0-9]{4}-[0-9]+/g) || [];
  if (numbers.length && !numbers.includes(number)) return filled("receipt.other", { number });
  const fates = transcript.ciphertexts.filter((row) => hashes.has(row.sha256)).map((row) => row.fate);
  if (fates.length === 0) return filled("receipt.missing", { number });
  const said = [filled("receipt.in", { fate: filled(`fate.${fates[0]}`) })];
  const mine = transcript.candidates.find((row) => row.nonce !== null && hashes.has(row.nonce));
  const place = mine ? transcript.ranking.indexOf(mine.id) + 1 : 0;
  if (place) said.push(filled("receipt.ranked", { place }));
  said.push(filled(hashes.has(transcript.announcement_hash) ? "receipt.announced" : "receipt.announced.not"));
  return said.join(document.documentElement.lang.startsWith("zh") ? "" : " ");
}
