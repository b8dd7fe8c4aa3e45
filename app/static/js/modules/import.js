// Controls the form that imports a benchmark: packs a chosen folder as a ZIP file, or takes a ZIP file, and sends it.
import { acceptDrops } from '../upload/drop.js';
import { chosenTree, droppedTree } from '../upload/files.js';
import { sendFile } from '../upload/send.js';
import { zipOf } from '../upload/zip.js';
import { fill, part, put } from '../words.js';

// The files that the server reads (benchmark/importers/hub.py).
const READ = /\.(csv|tsv|jsonl|json|yaml|md|png|jpe?g|webp|gif|bmp|tiff?|avif)$/i;
const HIDDEN = /(^|\/)(\.|~\$|(__MACOSX|@eaDir|#recycle|@recycle|\$RECYCLE\.BIN)\/)/i;

export function mount(root) {
  const text = (name, values = {}) => fill(root.dataset[`text${name}`], values);
  let files = [];

  for (const name of ['folder', 'zip']) {
    part(root, name).addEventListener('change', (event) => choose(chosenTree(event.target)));
  }
  acceptDrops(part(root, 'drop'), async (transfer) => choose(await droppedTree(transfer)));
  root.addEventListener('submit', (event) => {
    if (!files.length) return; // the form names a dataset of the hub
    event.preventDefault();
    if (root.reportValidity()) send();
  });

  function choose(found) {
    files = found.filter(({ path }) => !HIDDEN.test(path) && (READ.test(path) || isZip([{ path }])));
    if (!isZip(files)) files = files.filter(({ path }) => READ.test(path));
    const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
    const values = { files: files.length, skipped: found.length - files.length, mb: (bytes / 1e6).toFixed(1) };
    if (bytes > Number(root.dataset.maxBytes)) files = [];
    say(bytes > Number(root.dataset.maxBytes) ? text('Large', values) : text(files.length ? 'Chosen' : 'None', values));
    if (files.length && !root.elements.slug.value) root.elements.slug.value = slugOf(files[0].path);
  }

  async function send() {
    const button = part(root, 'send');
    button.disabled = true;
    const body = isZip(files) ? files[0].file : await zipOf(files);
    const { slug, title } = root.elements;
    const query = new URLSearchParams({ slug: slug.value.trim(), title: title.value.trim() });
    const { status, body: answer } = await sendFile(`${root.dataset.uploadUrl}?${query}`, body, {
      method: 'POST',
      type: 'application/zip',
      report: showProgress,
      signal: new AbortController().signal,
    });
    if (status === 202) return location.assign(root.dataset.taskUrl + answer.id);
    button.disabled = false;
    part(root, 'progress').hidden = true;
    say(status === 401 ? text('SignedOut') : answer.message ?? String(status));
  }

  function showProgress(state, percent = 100) {
    const bar = part(root, 'progress');
    bar.hidden = false;
    bar.value = percent;
    say(text(state[0].toUpperCase() + state.slice(1), { percent }));
  }

  function say(words) {
    const message = part(root, 'message');
    message.hidden = false;
    put(message, words);
  }
}

function isZip(files) {
  return files.length === 1 && /\.zip$/i.test(files[0].path);
}

/** Returns a slug made from the name of the folder or ZIP file. */
function slugOf(path) {
  const name = path.split('/')[0].replace(/\.[^.]*$/, '').toLowerCase();
  return name.replace(/[^a-z0-9._-]+/g, '-').replace(/^[-._]+|[-._]+$/g, '').slice(0, 64);
}
