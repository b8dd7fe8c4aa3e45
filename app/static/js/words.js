// Helpers for texts, which are in the HTML as data-text-* attributes.

/** Fills `{name}` in a text. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
}

/** Writes only on change, so that a screen reader does not repeat the text. */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function part(root, name) {
  return root.querySelector(`[data-part=${name}]`);
}
