// Storage of the tab and of the browser. A browser may deny both inside a frame of another site; then values
// last until the page closes.
class PageStorage {
  #values = new Map();
  getItem(key) { return this.#values.get(key) ?? null; }
  setItem(key, value) { this.#values.set(key, value); }
  removeItem(key) { this.#values.delete(key); }
}

function open(name) {
  try { return window[name]; } catch { return new PageStorage(); }
}

export const tabStorage = open('sessionStorage');
export const browserStorage = open('localStorage');
