// Plays two videos in sync: they start, stop, loop and seek together.
const SEEK_TIMEOUT_MS = 500;

export class Player {
  // Number of the current playback: a pause and a new start within one screen frame must not leave two loops
  // running.
  #plays = 0;
  playing = false;
  loop = true;
  rate = 1;

  /**
   * `onFrame(frames, playing)` gets the current frame of each video; `onState()` is called on play and pause.
   * `onAct(kind)` is called for each `play`, `pause` and `seek`, but not when the clips start again in a loop.
   */
  constructor(videos, { onFrame, onState, onAct }) {
    Object.assign(this, { videos, onFrame, onState, onAct, fps: 1, frames: 1 });
  }

  /** Loads two clips and shows their first frames. Returns, for each clip, whether it can be played. */
  async load(urls, { fps, frames }) {
    this.pause();
    Object.assign(this, { fps, frames });
    const playable = await Promise.all(this.videos.map((video, index) => setSource(video, urls[index])));
    this.setRate(this.rate);
    return playable;
  }

  get frame() { return this.#frameOf(this.videos[0]); }

  async play() {
    if (this.videos.some((video) => this.#isOver(video))) await this.#rewind();
    if (!this.playing) this.onAct('play');
    this.playing = true;
    this.#plays += 1;
    const play = this.#plays;
    await this.#startBoth();
    this.onState();
    this.#tick(play);
  }

  pause() {
    if (this.playing) this.onAct('pause');
    this.playing = false;
    for (const video of this.videos) video.pause();
    this.onState();
  }

  toggle() { return this.playing ? this.pause() : this.play(); }

  /** Pauses at a frame, counted from 0; seeks to its middle, to be safe from rounding. */
  seek(frame) {
    this.pause();
    const target = Math.max(0, Math.min(this.frames - 1, frame));
    for (const video of this.videos) video.currentTime = (target + 0.5) / this.fps;
    this.onAct('seek');
    this.#tell();
  }

  step(by) { this.seek(this.frame + by); }

  setRate(rate) {
    this.rate = rate;
    for (const video of this.videos) video.playbackRate = rate;
  }

  async #tick(play) {
    if (!this.playing || play !== this.#plays) return;
    this.#tell();
    if (this.videos.every((video) => this.#isOver(video))) {
      if (!this.loop) return void this.pause();
      await this.#rewind();
      if (this.playing) await this.#startBoth();
    } else this.#correctDrift();
    requestAnimationFrame(() => this.#tick(play));
  }

  // Seek the video that is behind, whichever side it is, so that both stutter equally often.
  #correctDrift() {
    const [a, b] = this.videos;
    const drift = a.currentTime - b.currentTime;
    if (Math.abs(drift) < 0.5 / this.fps || this.videos.some((video) => video.seeking || this.#isOver(video))) return;
    if (drift > 0) b.currentTime = a.currentTime; else a.currentTime = b.currentTime;
  }

  #startBoth() { return Promise.all(this.videos.map((video) => video.play().catch(() => {}))); }
  #rewind() { return Promise.all(this.videos.map((video) => seekTo(video, 0))); }
  #tell() { this.onFrame(this.videos.map((video) => this.#frameOf(video)), this.playing); }
  #isOver(video) { return video.ended || video.currentTime >= this.frames / this.fps - 0.01; }
  #frameOf(video) { return Math.min(this.frames - 1, Math.floor(video.currentTime * this.fps + 1e-3)); }
}

function setSource(video, url) {
  return new Promise((done) => {
    video.onloadeddata = () => done(true);
    video.onerror = () => done(false);
    if (url) video.src = url; else video.removeAttribute('src');
    video.load();
    if (!url) done(false);
  });
}

function seekTo(video, time) {
  return new Promise((done) => {
    video.addEventListener('seeked', done, { once: true });
    setTimeout(done, SEEK_TIMEOUT_MS);
    video.currentTime = time;
  });
}
