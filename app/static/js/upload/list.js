// Creates the elements of the list of files on the upload page, and shows the states of the files.
import { put } from '../words.js';

// Each change lays out the whole table, and takes processor time that a server on the same machine needs.
const PAUSE_MS = 250;
const waiting = new Map();
let timer = null;

/** Returns the table row of a matched file, or of a file still to choose; its second cell is the state (see `stateOf`). */
export function fileLine(match, file, state) {
  const line = document.createElement('tr');
  const name = element('th', match.file);
  name.scope = 'row';
  name.className = 'row-name';
  line.append(name, ...[state, match.prompt, match.seed, sizeOf(file)].map((words) => element('td', words)));
  return line;
}

/** Lets a person choose one of several files in the first cell of a row; calls `choose` with the number or -1. */
export function offerFiles(line, names, { label, none, choose }) {
  const select = document.createElement('select');
  select.setAttribute('aria-label', label);
  select.append(...[none, ...names].map((name) => element('option', name)));
  select.addEventListener('change', () => choose(select.selectedIndex - 1));
  line.firstChild.replaceChildren(select);
}

export function showSize(line, file) {
  put(line.lastChild, sizeOf(file));
}

function sizeOf(file) {
  return file ? `${(file.size / 1e6).toFixed(1)} MB` : '';
}

/** Shows the rows in a table. Each cell gets the title of its column, which narrow screens show beside the cell. */
export function showFiles(table, lines) {
  const titles = Array.from(table.tHead.rows[0].cells, (cell) => cell.textContent);
  for (const line of lines) {
    line.setAttribute('role', 'row');
    for (const [column, cell] of [...line.children].entries()) {
      cell.setAttribute('role', column ? 'cell' : 'rowheader');
      if (column) cell.dataset.title = titles[column];
    }
  }
  table.tBodies[0].replaceChildren(...lines);
}

export function stateOf(line) {
  return line.children[1];
}

/** Shows the state of a file after a short pause, together with the states of the other files. */
export function showState(line, words) {
  waiting.set(stateOf(line), words);
  timer ??= setTimeout(showStates, PAUSE_MS);
}

/** Shows all states now. */
export function showStates() {
  clearTimeout(timer);
  timer = null;
  for (const [cell, words] of waiting) put(cell, words);
  waiting.clear();
}

/** Shows lines in a `details` element, which is hidden while there are no lines. */
export function showLines(details, lines, { open }) {
  details.hidden = !lines.length;
  details.open = open;
  details.querySelector('ul').replaceChildren(...lines.map((line) => element('li', line)));
}

function element(tag, words) {
  const made = document.createElement(tag);
  made.textContent = words;
  return made;
}
