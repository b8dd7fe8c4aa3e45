// Stores an unsent answer in this tab, so that it survives a reload or a crash.
import { tabStorage } from '../storage.js';

const key = (token) => `ti2v.draft.${token}`;
const EMPTY = { choice: null, justifications: [] };

export function remember(token, answer) {
  tabStorage.setItem(key(token), JSON.stringify(answer));
}

export function recall(token) {
  return JSON.parse(tabStorage.getItem(key(token))) ?? EMPTY;
}

export function forget(token) {
  tabStorage.removeItem(key(token));
}
