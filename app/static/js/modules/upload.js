// Controls the upload page: matches the chosen files with pairs, sends four files at a time, and shows each file's state.
import { offerConversion, showConvertAll } from '../upload/conversion.js';
import { acceptDrops } from '../upload/drop.js';
import { chosenTree, droppedTree } from '../upload/files.js';
import { fileLine, offerFiles, showFiles, showLines, showSize, showState, showStates } from '../upload/list.js';
import { digest, sendFile } from '../upload/send.js';
import { fill, part, put } from '../words.js';

const PARALLEL = 4; // as `ti2v submit`
const CLIP = { method: 'PUT', type: 'video/mp4' };

export function mount(root) {
  const text = (name, values = {}) => fill(root.dataset[`text${name}`], values);
  let rows = [];
  let running = null;
  let choices = 0;

  for (const name of ['folder', 'files']) {
    part(root, name)?.addEventListener('change', (event) => choose(chosenTree(event.target)));
  }
  acceptDrops(part(root, 'drop'), async (transfer) => choose(await droppedTree(transfer)));
  part(root, 'start')?.addEventListener('click', () => start(rows.filter((row) => !row.isConvertible)));
  part(root, 'convert')?.addEventListener('click', () => start(rows.filter((row) => row.isConvertible), true));
  part(root, 'stop')?.addEventListener('click', () => running?.abort());
  root.addEventListener('click', (event) => {
    const button = event.target.closest('[data-part=finalise]');
    if (button) finalise(button);
  });
  addEventListener('beforeunload', (event) => {
    if (running) event.preventDefault();
  });

  async function choose(found) {
    const choice = ++choices;
    const isNested = ({ path }) => path.split('/').length > 2;
    const files = found.filter((each) => !isNested(each)).map(({ file }) => file);
    const nested = found.filter(isNested).map(({ path }) => text('Nested', { path }));
    const answer = await post(root.dataset.namesUrl, { names: files.map((file) => file.name) });
    if (choice !== choices) return; // a later choice is shown or on its way
    if (!answer.ok) return say(await messageOf(answer));
    const { files: matches, choices: several, problems, unused: others } = await answer.json();
    const unused = [...others, ...nested];
    const byName = new Map(files.map((file) => [file.name, file]));
    rows = several.map((options) => rowToChoose(options, byName));
    for (const match of matches) {
      const file = byName.get(match.file);
      rows.push({ ...match, file, line: fileLine(match, file, text('Waiting')), isStored: false });
    }
    showFiles(root.querySelector('table'), rows.map((row) => row.line));
    showLines(part(root, 'problems'), problems, { open: true });
    showLines(part(root, 'unused'), unused, { open: false });
    for (const row of rows.filter((each) => each.file && each.must_convert)) offer(row, text('Convertible'));
    for (const name of ['table', 'controls']) part(root, name).hidden = !rows.length;
    showConvertAll(part(root, 'convert'), rows, text);
    const counts = { files: matches.length, problems: problems.length, unused: unused.length };
    const toChoose = several.length ? ` ${text('Choices', { choices: several.length })}` : '';
    say(rows.length ? text('Chosen', counts) + toChoose : text('None'));
  }

  /** Returns the row of a pair that several files match. The row has no file until the person chooses one. */
  function rowToChoose(options, byName) {
    const [first] = options;
    const row = { ...first, file: null, line: fileLine(first, null, text('Severalfiles')), isStored: false };
    offerFiles(row.line, options.map((option) => option.file), {
      label: text('Filefor', { pair: first.pair_id }),
      none: text('Choosefile'),
      choose(number) {
        const option = options[number];
        const file = option ? byName.get(option.file) : null;
        Object.assign(row, option, { file, isConvertible: false });
        showSize(row.line, file);
        if (option?.must_convert) offer(row, text('Convertible'));
        else showState(row.line, text(option ? 'Waiting' : 'Severalfiles'));
        showConvertAll(part(root, 'convert'), rows, text);
      },
    });
    return row;
  }

  async function start(chosen, convert = false) {
    if (running) return;
    running = new AbortController();
    toggle(true);
    const waiting = chosen.filter((row) => row.file && !row.isStored);
    const work = async () => {
      for (let row = waiting.shift(); row; row = waiting.shift()) await send(row, running.signal, convert);
    };
    try {
      await Promise.all(Array.from({ length: PARALLEL }, work));
      const stored = rows.filter((row) => row.isStored).length;
      say(text('Sent', { stored, failed: rows.filter((row) => row.file).length - stored }));
    } catch (error) {
      if (error.name !== 'AbortError') throw error;
    } finally {
      running = null;
      showStates();
      toggle(false);
      await refresh();
    }
  }

  async function send(row, signal, convert) {
    const show = (words) => showState(row.line, words);
    const report = (state, percent) => show(text(state[0].toUpperCase() + state.slice(1), { percent }));
    row.isStored = await isSame(row);
    if (row.isStored) return show(text('Again'));
    const replace = part(root, 'replace').checked ? '&replace=true' : '';
    const query = `seed=${row.seed}${replace}${convert ? '&convert=true' : ''}`;
    const url = `${root.dataset.clipsUrl}/${encodeURIComponent(row.pair_id)}?${query}`;
    const { status, body } = await sendFile(url, row.file, { ...CLIP, report, signal }).catch((error) => {
      if (convert) offer(row, text('Convertible'));
      else show(text('Waiting'));
      throw error;
    });
    row.isStored = status === 200 || status === 201;
    if (row.isStored) return show(text(body.sha256 === row.sha256 ? 'Again' : convert ? 'Converted' : 'Stored'));
    const words = body.error === 'clip_exists' ? text('Differs') : body.message ?? String(status);
    if (convert && status === 422) row.isConvertible = false; // the server cannot convert this file
    else if (root.dataset.convertible.split(' ').includes(body.error)) row.isConvertible = true;
    if (row.isConvertible) offer(row, words);
    else show(words);
    row.line.parentElement.prepend(row.line);
    if (status === 401) {
      say(text('SignedOut'));
      running?.abort();
    }
  }

  function offer(row, words) {
    const convert = () => start([row], true);
    const name = text('Convertone', { file: row.file.name });
    offerConversion(row, words, { label: text('Convert'), name, convert });
  }

  async function finalise(button) {
    button.disabled = true;
    const answer = await post(button.dataset.url, { allow_partial: Boolean(button.dataset.partial) });
    if (answer.ok) return location.reload();
    button.disabled = false;
    say(await messageOf(answer));
  }

  async function refresh() {
    const answer = await fetch(root.dataset.stateUrl, { headers: { Accept: 'text/html' } }).catch(() => null);
    if (answer?.ok) part(root, 'state').innerHTML = await answer.text();
  }

  function toggle(isRunning) {
    part(root, 'start').hidden = isRunning;
    for (const row of rows) {
      const select = row.line.querySelector('select');
      if (select) select.disabled = isRunning || row.isStored;
    }
    part(root, 'stop').hidden = !isRunning;
    if (isRunning) part(root, 'convert').hidden = true;
    else showConvertAll(part(root, 'convert'), rows, text);
  }

  function say(words) {
    const message = part(root, 'message');
    message.hidden = false;
    put(message, words);
  }
}

function post(url, body) {
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
  return fetch(url, { method: 'POST', body: JSON.stringify(body), headers });
}

/** Resolves to whether the server had this file already when the person chose the files. */
async function isSame(row) {
  const stored = [row.sha256, row.source_sha256].filter(Boolean);
  return stored.length > 0 && stored.includes(await digest(row.file));
}

async function messageOf(answer) {
  return (await answer.json().catch(() => ({}))).message ?? String(answer.status);
}
