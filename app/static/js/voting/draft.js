// Stores an unsent answer in this tab, so that it survives a reload or a crash.
const key = (token) => `ti2v.draft.${token}`;
const EMPTY = { choice: null, justifications: [] };

export function remember(token, answer) {
  sessionStorage.setItem(key(token), JSON.stringify(answer));
}

export function recall(token) {
  return JSON.parse(sessionStorage.getItem(key(token))) ?? EMPTY;
}

export function forget(token) {
  sessionStorage.removeItem(key(token));
}
