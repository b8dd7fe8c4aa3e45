// Downloads the report and shows the progress, because the server needs seconds to build the report.
import { part, put } from '../words.js';

const POLL_MS = 500;

export function mount(root) {
  const link = part(root, 'link');
  const status = part(root, 'status');
  let isBuilding = false;

  // With several server processes, the answer can come from a process that does not build the report (204).
  async function watch(bar) {
    while (bar.isConnected) {
      const response = await fetch('report/progress').catch(() => null);
      if (response?.status === 200) show(bar, await response.json());
      await new Promise((resume) => setTimeout(resume, POLL_MS));
    }
  }

  function show(bar, { finished, steps }) {
    bar.max = steps;
    bar.value = finished;
  }

  function newBar() {
    const bar = document.createElement('progress');
    bar.setAttribute('aria-label', link.dataset.name);
    status.after(bar);
    return bar;
  }

  async function download() {
    const response = await fetch(link.href);
    if (!response.ok) return (await response.json()).message;
    save(await response.blob(), link.dataset.name);
    return status.dataset.textDone;
  }

  link.addEventListener('click', async (click) => {
    if (click.ctrlKey || click.metaKey || click.shiftKey || click.altKey) return; // open in a new tab or window
    click.preventDefault();
    if (isBuilding) return; // the server builds one report at a time and would refuse a second request
    isBuilding = true;
    put(status, status.dataset.textBuilding);
    const bar = newBar();
    watch(bar);
    put(status, await download().catch(() => status.dataset.textFailed));
    bar.remove();
    isBuilding = false;
  });
}

function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser may still be writing it
}
