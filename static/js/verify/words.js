// The page's own words, put into the reader's language by the server, and small pieces of it.

const texts = JSON.parse(document.querySelector("#verify-texts").textContent);

export function filled(name, values = {}) {
  const { lang } = document.documentElement;
  return texts[name].replace(/\{(\w+)\}/g, (_, key) => (
    typeof values[key] === "number" ? values[key].toLocaleString(lang) : values[key]
  ));
}

export function has(name) {
  return name in texts;
}

export function node(tag, css, content = "") {
  const made = document.createElement(tag);
  if (css) made.className = css;
  made.append(...(Array.isArray(content) ? content : [content]));
  return made;
}

// A hash in groups of eight by margins, so that copying stays clean; anything else as it is.
export function hash(text, css = "") {
  if (!/^[0-9a-f]{32,}$/.test(text)) return node("span", css, text);
  return grouped(text, css);
}

export function grouped(text, css = "") {
  return node("span", `hash ${css}`, text.match(/.{1,8}/g).map((group) => node("span", "", group)));
}
