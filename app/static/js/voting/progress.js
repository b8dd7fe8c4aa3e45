// Shows the annotator's progress and the remaining time at their own pace.
import { fill, fillCount, part, put } from '../words.js';

const LONGEST_MS = 120000; // longer pairs count as a break
const MOST_MINUTES = 90; // longer times are shown in hours, as in app/panels/time_estimate.py
const WEIGHT = 0.2; // weight of the newest pair in the running mean

export class Progress {
  #pairMs;

  constructor(root, { done, total }) {
    Object.assign(this, { root, done, total });
    this.#pairMs = 1000 * Number(root.dataset.secondsPerPair);
    this.bar = root.querySelector('progress');
  }

  /** Counts one pair, voted or skipped, that took `ms`. */
  count(ms) {
    this.done += 1;
    this.#pairMs += WEIGHT * (Math.min(ms, LONGEST_MS) - this.#pairMs);
  }

  /** Uses the server's count, which includes other tabs. */
  set({ done, total }) {
    Object.assign(this, { done, total });
  }

  paint() {
    this.bar.max = this.total;
    this.bar.value = this.done;
    const { textCount } = this.root.dataset;
    put(part(this.root, 'time'), this.#timeLeft());
    put(part(this.root, 'count'), fill(textCount, { position: Math.min(this.done + 1, this.total), total: this.total }));
  }

  #timeLeft() {
    const { textsMinutes, textsHours } = this.root.dataset;
    const minutes = Math.max(1, Math.round(((this.total - this.done) * this.#pairMs) / 60000));
    return minutes < MOST_MINUTES ? fillCount(textsMinutes, minutes) : fillCount(textsHours, Math.round(minutes / 60));
  }
}
