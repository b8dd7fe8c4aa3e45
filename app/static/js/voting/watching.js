// Tracks how often and how long a clip was watched; a ring fills frame by frame.
import { fillCount, put } from '../words.js';
import { FrameCount } from './frame_count.js';

export class Watching {
  #count = new FrameCount();
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
    this.#count.start(frames);
    this.#since = null;
    this.#paint(this.times ? 'seen' : 'watching');
  }

  /** Counts a shown frame. Returns whether the clip is now complete. */
  note(frame, playing) {
    this.#countTime(playing);
    const isComplete = this.#count.note(frame, playing);
    if (isComplete) this.times += 1;
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
    const share = this.times ? 100 : Math.round(100 * this.#count.share);
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
