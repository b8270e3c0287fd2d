// What a price comes to while it is typed: in capital numerals, and against the reference price on the ruler's axis.
import { capitalCny, readFen, tenthsOfPercent } from "./amounts.js";

const shown = document.querySelector("[data-price-shown]");
const field = shown?.closest("form").querySelector("[name=price]");

// The dot of components.ruler_dot: 70 to 130 % on 139 of 146 pixels.
function place(percent) {
  return (73 + ((Math.min(Math.max(percent, 70), 130) - 100) * 69.39) / 30).toFixed(2);
}

function show() {
  const fen = readFen(field.value);
  shown.hidden = !fen;
  if (!fen) return;
  shown.querySelector("[data-capital]").textContent = capitalCny(fen);
  const ruler = shown.querySelector(".ruler");
  if (!ruler) return;
  const percent = tenthsOfPercent(fen, readFen(shown.dataset.priceShown));
  const value = ruler.querySelector(".ruler-value");
  const drawing = ruler.querySelector("svg");
  drawing.setAttribute("aria-label", drawing.getAttribute("aria-label").replace(value.textContent, `${percent}%`));
  drawing.querySelector(".dot").setAttribute("cx", place(Number(percent)));
  value.textContent = `${percent}%`;
}

if (field) {
  field.addEventListener("input", show);
  show();
}
