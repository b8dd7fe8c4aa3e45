// Plays and pauses the two clips of a pair together.
import { part, put } from '../words.js';

export function mount(root) {
  const clips = [...root.querySelectorAll('video')];
  const button = part(root, 'play');
  const paint = () => put(button, clips.some((clip) => !clip.paused) ? button.dataset.textPause : button.dataset.textPlay);
  button.addEventListener('click', () => {
    const starts = clips.every((clip) => clip.paused);
    for (const clip of clips) starts ? clip.play() : clip.pause();
  });
  for (const clip of clips) {
    clip.addEventListener('play', paint);
    clip.addEventListener('pause', paint);
  }
}
