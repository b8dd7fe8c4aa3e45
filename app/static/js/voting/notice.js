// Announces events: routine texts to screen readers only, important ones on screen as well.
import { fill, put } from '../words.js';

const SHOWN_MS = 9000;

export function mount(root) {
  const routine = root.dataset.routine.split(' ');
  let timer;
  const speak = (text, isShown) => {
    clearTimeout(timer);
    put(root, text);
    root.toggleAttribute('data-shown', isShown);
  };
  const clear = () => root.removeAttribute('data-shown');
  const fade = () => { timer = setTimeout(clear, SHOWN_MS); };
  const text = (name, values) => fill(root.getAttribute(`data-text-${name}`) ?? root.dataset.textSettled, values);
  return {
    clear,
    /** Announces a sentence to screen readers. */
    read: (sentence) => speak(sentence, false),
    /** Shows a sentence for a while. */
    show: (sentence) => { speak(sentence, true); fade(); },
    /** Announces a text of the HTML by its name. */
    say: (name, values = {}) => { speak(text(name, values), !routine.includes(name)); fade(); },
    /** Shows a text of the HTML until it is cleared. */
    stay: (name) => speak(text(name, {}), true),
  };
}
