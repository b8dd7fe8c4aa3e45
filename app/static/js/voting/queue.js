// The assignments held by this page, the current one first, each with its media.
import { loadMedia, releaseMedia } from './media.js';

export class Queue {
  #entries = [];
  #asking = null;

  /** `ask(after, isPatient)` requests the next card, null if none is left; `after` is the last held token. */
  constructor(ask) {
    this.ask = ask;
  }

  get current() { return this.#entries[0]; }
  get cards() { return this.#entries.map((entry) => entry.card); }

  putFirst(card) {
    this.#entries.unshift(hold(card));
    return this.current;
  }

  /** The token of the last held assignment, undefined if only the current one is held. */
  get lastAhead() { return this.cards.slice(1).at(-1)?.token; }

  /** Adds an assignment behind the held ones, unless it is held already or null. */
  add(card) {
    if (!card || this.cards.some(({ token }) => token === card.token)) return;
    this.#entries.push(hold(card, this.#entries.at(-1)?.media));
  }

  /** Prefetches the next assignment. A failed request is repeated when the assignment is needed. */
  lookAhead() {
    if (this.#entries.length === 1) this.#grow(false).catch(() => {});
  }

  /** Drops the current entry and returns the next one, undefined if none is left. */
  async advance() {
    this.drop(this.current.card.token);
    await this.#asking?.catch(() => {});
    if (!this.current) await this.#grow(true);
    return this.current;
  }

  drop(token) {
    const index = this.#entries.findIndex((entry) => entry.card.token === token);
    if (index < 0) return;
    const [entry] = this.#entries.splice(index, 1);
    entry.media.then(releaseMedia);
  }

  /** Reloads these files of the current entry and keeps the others. */
  reload(names = ['image', 'left', 'right']) {
    const { card, media } = this.current;
    const reloaded = media.then((urls) => {
      const pick = (isStale) => Object.fromEntries(Object.entries(urls).filter(([name]) => names.includes(name) === isStale));
      releaseMedia(pick(true));
      return loadMedia(card, pick(false));
    });
    this.#entries[0] = { card, media: reloaded };
    return this.current;
  }

  #grow(isPatient) {
    this.#asking ??= this.ask(this.#entries.at(-1)?.card.token, isPatient)
      .then((card) => this.add(card))
      .finally(() => { this.#asking = null; });
    return this.#asking;
  }
}

/** Loads the media of a card after the media of the card before, which are needed first. */
function hold(card, before = null) {
  return { card, media: Promise.resolve(before).then(() => loadMedia(card)) };
}
