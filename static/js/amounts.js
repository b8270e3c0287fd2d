// Amounts in CNY, counted in fen so that nothing is rounded: as people type them, as pages show them, in capital numerals.

const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const PLACES = ["", "拾", "佰", "仟"];
const GROUPS = ["", "万", "亿", "万亿"];

const INVISIBLE = /[\p{DI}\p{Cf}\u2800]|(?![\s\x1c-\x1f\x85])\p{Cc}/gu;
const DASHES = /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/gu;
const WRITTEN = /^([+-]?) ?(¥|CNY)? ?([+-]?) ?([0-9.,]{1,30}) ?([万亿]?) ?(元|CNY)?$/u;
const SCALES = { "": 0, 万: 4, 亿: 8 };
const LONGEST = 80;
const MOST_FEN = 10n ** 18n;

export function readFen(typed) {
  return readAmount(typed).fen;
}

// Reads what core/amounts.py reads, with its reasons: `fen` of the amount in yuan with two decimals, or why there is none.
export function readAmount(typed) {
  if ([...typed].length > LONGEST) return refused("not an amount");
  const plain = typed.normalize("NFKC").replace(INVISIBLE, "").replace(/[\s\x1c-\x1f\x85]+/gu, " ").trim();
  const text = plain.replace(DASHES, "-").toUpperCase();
  if ((text.match(/[万亿]/gu) ?? []).length > 1 && /[0-9]/.test(text)) return refused("more than one unit");
  const [, sign, , inner, number, scale] = WRITTEN.exec(text) ?? [];
  if (!number || !/[0-9]/.test(number) || (sign && inner)) return refused("not an amount");
  if (sign === "-" || inner === "-") return refused("below zero");
  const reason = wrongSeparators(number);
  return reason ? refused(reason) : counted(number.replaceAll(",", ""), SCALES[scale] + 2);
}

function refused(reason) {
  return { fen: null, reason };
}

// Separators stand in groups of three, before the one point; a comma before one or two last digits is a decimal one.
function wrongSeparators(number) {
  const [whole, ...rest] = number.split(".");
  if (rest.length > 1) return "more than one point";
  if (rest.length && rest[0].includes(",")) {
    return !whole.includes(",") && /^[0-9]+,[0-9]{1,2}$/.test(rest[0]) ? "a decimal comma" : "a comma after the point";
  }
  if (!whole.includes(",") || /^[1-9][0-9]{0,2}(,[0-9]{3})+$/.test(whole)) return null;
  const isDecimal = !rest.length && /^([0-9]*,[0-9]{1,2}|0+,[0-9]+)$/.test(whole);
  return isDecimal ? "a decimal comma" : "separators not in groups of three";
}

function counted(number, shift) {
  const [whole, fraction = ""] = number.split(".");
  if (fraction.length > shift) return refused("more decimals than the field has");
  const fen = BigInt(whole || "0") * 10n ** BigInt(shift) + BigInt(fraction.padEnd(shift, "0"));
  return fen >= MOST_FEN ? refused("larger than any amount") : { fen, reason: null };
}

// "182400.00": what is sealed.
export function plainCny(fen) {
  return `${fen / 100n}.${String(fen % 100n).padStart(2, "0")}`;
}

// "86.0": what an amount is of another, in percent, rounded half up to a tenth.
export function tenthsOfPercent(fen, of) {
  return (Number((2000n * fen + of) / (2n * of)) / 10).toFixed(1);
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
