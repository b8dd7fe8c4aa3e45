// Copies a text; if the browser does not allow it, selects the text instead.
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
