// Downloads the report and shows the status, because the server needs seconds to build the report.
import { part, put } from '../words.js';

export function mount(root) {
  const link = part(root, 'link');
  const status = part(root, 'status');
  let isBuilding = false;

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
    put(status, await download().catch(() => status.dataset.textFailed));
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
