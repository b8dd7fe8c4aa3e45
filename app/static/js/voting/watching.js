// Tracks how often and how long a clip was watched; a ring fills frame by frame.
import { fillCount, put } from '../words.js';

export class Watching {
  #frames = 1;
  #shown = new Set();
  #last = -1;
  #since = null;
  times = 0;
  watchedMs = 0;

  constructor(clip) {
    this.root = clip.querySelector('.seen');
    this.text = this.root.querySelector('span');
    this.arc = this.root.querySelector('.arc');
  }

  /** Resets for a clip of `frames` frames; `seen` if it was watched before an undo. */
  start(frames, seen) {
    Object.assign(this, { times: seen ? 1 : 0, watchedMs: 0 });
    this.#frames = frames;
    this.#shown.clear();
    this.#last = -1;
    this.#since = null;
    this.#paint(this.times ? 'seen' : 'watching');
  }

  /** Counts a shown frame; while playing, frames dropped by a slow screen count too. Returns whether the clip is now complete. */
  note(frame, playing) {
    this.#countTime(playing);
    const from = playing && frame > this.#last ? this.#last + 1 : frame;
    for (let seen = from; seen <= frame; seen += 1) this.#shown.add(seen);
    this.#last = frame;
    const isComplete = this.#shown.size === this.#frames;
    if (isComplete) {
      this.times += 1;
      this.#shown.clear();
    }
    this.#paint(this.times ? 'seen' : 'watching');
    return isComplete;
  }

  fail() { this.#paint('broken'); }
  wait() { this.#paint('loading'); }

  #countTime(playing) {
    const now = performance.now();
    if (playing && this.#since !== null) this.watchedMs += now - this.#since;
    this.#since = playing ? now : null;
  }

  #paint(state) {
    const share = this.times ? 100 : Math.round((100 * this.#shown.size) / this.#frames);
    this.root.dataset.state = state;
    this.arc.setAttribute('stroke-dasharray', `${share} 100`);
    put(this.text, this.#words(state));
  }

  #words(state) {
    const { textLoading, textBroken, textNone, textsSeen } = this.root.dataset;
    if (state === 'loading') return textLoading;
    if (state === 'broken') return textBroken;
    return this.times ? fillCount(textsSeen, this.times) : textNone;
  }
}
