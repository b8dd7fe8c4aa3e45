// Returns to the platform after some seconds, unless the annotator stays or writes a comment.
import { fillCount, part, put } from '../words.js';

const SECONDS = 10;

export function mount(root) {
  const text = part(root, 'text');
  const stay = part(root, 'stay');
  let left = SECONDS;
  const tick = () => {
    put(text, fillCount(text.dataset.textsCount, left));
    if (left === 0) { stop(); location.assign(part(root, 'go').href); }
    left -= 1;
  };
  const timer = setInterval(tick, 1000);
  const stop = () => clearInterval(timer);
  const remain = () => { stop(); put(text, text.dataset.textStopped); stay.disabled = true; };
  stay.addEventListener('click', remain);
  document.querySelector('#comment')?.addEventListener('focus', remain);
  tick();
}
