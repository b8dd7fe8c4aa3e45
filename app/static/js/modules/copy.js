// Copies a text; where the browser does not allow that, it marks the text for the person to copy.
import { part, put } from '../words.js';

export function mount(root) {
  const button = part(root, 'copy');
  const text = part(root, 'text');
  button.addEventListener('click', async () => {
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
      put(button, button.dataset.textDone);
    } catch {
      text.focus();
    }
  });
}
