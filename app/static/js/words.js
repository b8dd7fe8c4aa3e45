// Helpers for texts, which are in the HTML as data-text-* attributes.

/** Fills `{name}` in a text. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
}

/** Fills the number `n` into one of the plural forms of a text, as the page's language asks. */
export function fillCount(forms, n) {
  const texts = JSON.parse(forms);
  const category = new Intl.PluralRules(document.documentElement.lang).select(n);
  return fill(texts[category] ?? texts.other, { n });
}

/** Lists names as the page's language does: "A and B". */
export function list(names) {
  return new Intl.ListFormat(document.documentElement.lang).format(names);
}

/** Writes only on change, so that a screen reader does not repeat the text. */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function part(root, name) {
  return root.querySelector(`[data-part=${name}]`);
}
