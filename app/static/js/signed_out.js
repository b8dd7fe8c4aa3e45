// Remembers, in this tab, that a form was refused because the person was signed out.
const KEY = 'signed-out';

/** `path` is the page of the form, `text` the notice that the page shows when the fields come back. */
export function rememberSignedOut(path, text) {
  sessionStorage.setItem(KEY, JSON.stringify({ path, text }));
}

/** Returns the notice if a form of this page was refused, else an empty text. The notice is returned once. */
export function takeSignedOut(path) {
  const known = JSON.parse(sessionStorage.getItem(KEY) ?? '{}');
  if (known.path !== path) return '';
  sessionStorage.removeItem(KEY);
  return known.text;
}
