// Sets the size of both clips: fitted to the window, or a whole number of screen pixels per clip pixel.
import { fill, part, put } from '../words.js';

export class Size {
  #scale = 0; // 0: fitted
  #width = 0;

  constructor(room) {
    this.room = room;
    this.button = part(room, 'size');
    this.video = room.querySelector('video');
    this.button.addEventListener('click', () => this.#set(this.#scale + 1));
    addEventListener('resize', () => this.#set(this.#scale));
  }

  /** Sets the size of the clips in pixels. */
  setSource({ width, height }) {
    this.#width = width;
    this.room.style.setProperty('--source', `${width}px`);
    this.room.style.setProperty('--aspect', width / height);
    this.#set(this.#scale);
  }

  #set(scale) {
    this.room.style.removeProperty('--clip');
    const fitted = this.video.closest('.clip').clientWidth;
    const cssWidth = (scale * this.#width) / devicePixelRatio;
    this.#scale = cssWidth <= fitted ? scale : 0;
    if (this.#scale) this.room.style.setProperty('--clip', `${cssWidth}px`);
    const { textFit, textScale } = this.button.dataset;
    put(this.button.querySelector('span'), this.#scale ? fill(textScale, { n: this.#scale }) : textFit);
  }
}
