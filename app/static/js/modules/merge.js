// Controls the form that sends the report of another server, and opens the page of the task that merges the votes.
import { acceptDrops } from '../upload/drop.js';
import { sendFile } from '../upload/send.js';
import { fill, part, put } from '../words.js';

export function mount(root) {
  const text = (name, values = {}) => fill(root.dataset[`text${name}`], values);
  let report = null;

  part(root, 'zip').addEventListener('change', (event) => choose(event.target.files[0]));
  acceptDrops(part(root, 'drop'), (transfer) => choose(transfer.files[0]));
  root.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!report) say(text('None'));
    else if (root.reportValidity()) send();
  });

  function choose(file) {
    report = null;
    if (!file || !/\.zip$/i.test(file.name)) return say(text('None'));
    const values = { name: file.name, mb: (file.size / 1e6).toFixed(1) };
    if (file.size > Number(root.dataset.maxBytes)) return say(text('Large', values));
    report = file;
    say(text('Chosen', values));
  }

  async function send() {
    const button = part(root, 'send');
    button.disabled = true;
    const query = new URLSearchParams({
      study: root.elements.study.value.trim(),
      title: root.elements.title.value.trim(),
      dry_run: root.elements.dry_run.checked,
    });
    const { status, body } = await sendFile(`${root.dataset.uploadUrl}?${query}`, report, {
      method: 'POST',
      type: 'application/zip',
      report: showProgress,
      signal: new AbortController().signal,
    });
    if (status === 202) return location.assign(root.dataset.taskUrl + body.id);
    button.disabled = false;
    part(root, 'progress').hidden = true;
    say(status === 401 ? text('SignedOut') : (body.message ?? String(status)));
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
