// Controls the stage: image and text in the middle, one clip on each side, and the playback controls.
import { part, put } from '../words.js';
import { Size } from './size.js';
import { mount as mountTransport } from './transport.js';
import { Watching } from './watching.js';

const LONG_PROMPT = 46;
const LONGEST_PROMPT = 110;
const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;

export class Stage {
  #isLive = false;
  /** The image and clips that did not load: elements with data-media and data-name. */
  failed = [];

  /** `onWatch()` is called whenever a frame is shown, `onPlayback(clip, kind, positionMs)` for each event of a clip. */
  constructor(root, onWatch, onPlayback) {
    this.size = new Size(root.closest('.room'));
    this.prompt = part(root, 'prompt');
    this.image = root.querySelector('[data-media=image]');
    this.watchings = [...root.querySelectorAll('.clip')].map((clip) => new Watching(clip));
    const report = (kind, { dataset, currentTime }) => onPlayback(dataset.media, kind, 1000 * currentTime);
    const onFrame = (frames, playing) => {
      if (!this.#isLive) return;
      this.watchings.forEach((clip, index) => {
        if (clip.note(frames[index], playing)) report('complete', this.player.videos[index]);
      });
      onWatch();
    };
    this.player = mountTransport(root, onFrame, (kind) => this.player.videos.forEach((video) => report(kind, video)));
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

  /** Shows a card with its media; a file that did not load is replaced by an error with a Retry button. */
  async show(card, media, isSeen) {
    this.#setPrompt(card.prompt);
    this.size.setSource(card);
    const { videos } = this.player;
    for (const video of videos) Object.assign(video, { poster: media.image ?? '', width: card.width, height: card.height });
    const [hasImage, playable] = await Promise.all([showImage(this.image, media.image), this.player.load([media.left, media.right], card)]);
    this.watchings.forEach((clip, index) => (playable[index] ? clip.start(card.frames, isSeen) : clip.fail()));
    const loaded = new Map([[this.image, hasImage], ...videos.map((video, index) => [video, playable[index]])]);
    for (const [element, isLoaded] of loaded) showLoaded(element, isLoaded);
    this.failed = [...loaded.keys()].filter((element) => !loaded.get(element));
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

/** Returns whether the image was loaded; the previous image is removed in any case. */
async function showImage(image, url) {
  if (!url) image.removeAttribute('src');
  else image.src = url;
  return url !== null && image.decode().then(() => true, () => false);
}

function showLoaded(element, isLoaded) {
  element.hidden = !isLoaded;
  element.parentElement.querySelector('.failed').hidden = isLoaded;
}
