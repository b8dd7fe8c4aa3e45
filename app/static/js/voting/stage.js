// The stage: image and text in the middle, one clip on each side, and the playback controls.
import { part, put } from '../words.js';
import { mount as mountTransport } from './transport.js';
import { Watching } from './watching.js';

const LONG_PROMPT = 46;
const LONGEST_PROMPT = 110;
// Width over height, as in AssignmentView.shape.
const TALLEST_SQUARE = 0.8;
const WIDEST_SQUARE = 1.25;
const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;

export class Stage {
  #isLive = false;

  /** `onWatch()` is called whenever a frame is shown. */
  constructor(root, onWatch) {
    this.room = root.closest('[data-shape]');
    this.prompt = part(root, 'prompt');
    this.image = part(root, 'image');
    this.watchings = [...root.querySelectorAll('.clip')].map((clip) => new Watching(clip));
    this.player = mountTransport(root, (frames, playing) => {
      if (!this.#isLive) return;
      this.watchings.forEach((clip, index) => clip.note(frames[index], playing));
      onWatch();
    });
    this.#setPrompt(this.prompt.textContent);
  }

  get isWatched() { return this.watchings.every((clip) => clip.times > 0); }
  get watchedMs() { return this.watchings.map((clip) => Math.round(clip.watchedMs)); }

  /** Pauses the stage while the next clips load. */
  wait() {
    this.#isLive = false;
    this.player.pause();
    for (const clip of this.watchings) clip.wait();
  }

  /** Shows a card with its media; returns whether the image and both clips loaded. */
  async show(card, media, isSeen) {
    this.#setPrompt(card.prompt);
    this.room.dataset.shape = shapeOf(card);
    if (media.image) this.image.src = media.image;
    for (const video of this.player.videos) Object.assign(video, { poster: this.image.src, width: card.width, height: card.height });
    const playable = await this.player.load([media.left, media.right], card);
    this.watchings.forEach((clip, index) => (playable[index] ? clip.start(card.frames, isSeen) : clip.fail()));
    return media.image !== null && playable.every(Boolean);
  }

  /** Plays the clips, unless the system prefers reduced motion. */
  begin() {
    this.#isLive = true;
    if (isCalm) this.player.seek(0); else this.player.play();
  }

  #setPrompt(text) {
    put(this.prompt, text);
    this.prompt.dataset.length = text.length > LONGEST_PROMPT ? 'longest' : text.length > LONG_PROMPT ? 'long' : 'short';
  }
}

function shapeOf({ width, height }) {
  const aspect = width / height;
  if (aspect < TALLEST_SQUARE) return 'tall';
  return aspect > WIDEST_SQUARE ? 'wide' : 'square';
}
