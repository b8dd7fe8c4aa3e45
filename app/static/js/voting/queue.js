// The assignments this page holds, the one on show first, each with its media loading or loaded.
import { loadMedia, releaseMedia } from './media.js';

export class Queue {
  #entries = [];
  #asking = null;

  /** `ask(after, isPatient)` gets the next card, or null when nothing is left; `after` is the last token held. */
  constructor(ask) {
    this.ask = ask;
  }

  get current() { return this.#entries[0]; }
  get cards() { return this.#entries.map((entry) => entry.card); }

  putFirst(card) {
    this.#entries.unshift(hold(card));
    return this.current;
  }

  /** Fetches one more while the annotator looks at the first; a failure is made good when its turn comes. */
  lookAhead() {
    if (this.#entries.length === 1) this.#grow(false).catch(() => {});
  }

  /** Leaves the first and returns the next entry, or undefined when nothing is left. */
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

  /** Loads the first one's media anew: they had not arrived, or not whole. */
  reload() {
    const stale = this.current;
    stale.media.then(releaseMedia);
    this.#entries[0] = hold(stale.card);
    return this.current;
  }

  #grow(isPatient) {
    this.#asking ??= this.ask(this.#entries.at(-1)?.card.token, isPatient)
      .then((card) => { if (card && !this.cards.some(({ token }) => token === card.token)) this.#entries.push(hold(card)); })
      .finally(() => { this.#asking = null; });
    return this.#asking;
  }
}

function hold(card) {
  return { card, media: loadMedia(card) };
}
