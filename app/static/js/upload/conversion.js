// Offers to convert files that the server refuses in their format.
import { put } from '../words.js';
import { showState, showStates, stateOf } from './list.js';

/** Shows why a file must be converted, with a button that calls `convert`. */
export function offerConversion(row, words, { label, name, convert }) {
  row.isConvertible = true;
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = label;
  button.setAttribute('aria-label', name);
  button.addEventListener('click', convert);
  showState(row.line, words);
  showStates();
  stateOf(row.line).append(' ', button);
}

/** Shows the button that converts all files, with their number, or hides it. */
export function showConvertAll(button, rows, text) {
  const files = rows.filter((row) => row.isConvertible && !row.isStored).length;
  button.hidden = !files;
  put(button, text('Convertall', { files }));
}
