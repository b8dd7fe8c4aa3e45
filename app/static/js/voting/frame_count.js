// Counts which frames of a clip were shown.
export class FrameCount {
  #frames = 1;
  #shown = new Set();
  #last = -1;

  /** Starts again, for a clip of `frames` frames. */
  start(frames) {
    this.#frames = frames;
    this.#shown.clear();
    this.#last = -1;
  }

  get share() { return this.#shown.size / this.#frames; }

  /** Counts a shown frame; while playing, frames dropped by a slow screen count too. Returns whether all frames were shown, and then starts again. */
  note(frame, playing) {
    const from = playing && frame > this.#last ? this.#last + 1 : frame;
    for (let seen = from; seen <= frame; seen += 1) this.#shown.add(seen);
    this.#last = frame;
    const isComplete = this.#shown.size === this.#frames;
    if (isComplete) this.#shown.clear();
    return isComplete;
  }
}
