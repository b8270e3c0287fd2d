// Amounts in CNY, counted in fen so that nothing is rounded: as people type them, as pages show them, in capital numerals.

const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const PLACES = ["", "拾", "佰", "仟"];
const GROUPS = ["", "万", "亿", "万亿"];

// Full-width digits and separators are read; null for what is no amount with at most two decimals.
export function readFen(typed) {
  const plain = typed.normalize("NFKC").replace(/[,\s]/g, "");
  const found = /^(\d{1,16})(?:\.(\d{1,2}))?$/.exec(plain);
  return found ? BigInt(found[1]) * 100n + BigInt((found[2] ?? "").padEnd(2, "0") || "0") : null;
}

// "182400.00": what is sealed.
export function plainCny(fen) {
  return `${fen / 100n}.${String(fen % 100n).padStart(2, "0")}`;
}

export function formatCny(fen) {
  return `¥${plainCny(fen).replace(/\B(?=(\d{3})+\.)/g, ",")}`;
}

// 壹拾捌万贰仟肆佰元整
export function capitalCny(fen) {
  const yuan = fen / 100n;
  const [jiao, rest] = [Number((fen / 10n) % 10n), Number(fen % 10n)];
  let words = "";
  let gap = false;
  for (let index = GROUPS.length - 1; index >= 0; index -= 1) {
    const group = Number((yuan / 10_000n ** BigInt(index)) % 10_000n);
    if (group) {
      words += (words && (gap || group < 1000) ? "零" : "") + capitalGroup(group) + GROUPS[index];
      gap = false;
    } else if (words) gap = true;
  }
  words = words ? `${words}元` : "";
  if (!jiao && !rest) return `${words || "零元"}整`;
  if (jiao) words += `${DIGITS[jiao]}角`;
  else if (words) words += "零";
  return words + (rest ? `${DIGITS[rest]}分` : "整");
}

function capitalGroup(number) {
  let words = "";
  let zero = false;
  for (let power = 3; power >= 0; power -= 1) {
    const digit = Math.floor(number / 10 ** power) % 10;
    if (digit) {
      words += (zero && words ? "零" : "") + DIGITS[digit] + PLACES[power];
      zero = false;
    } else zero = true;
  }
  return words;
}
