// Says that a file is being made, which takes seconds, and hands it over when it is whole.
import { part, put } from '../words.js';

export function mount(root) {
  const link = part(root, 'link');
  const said = part(root, 'said');
  let isMaking = false;

  async function make() {
    const answer = await fetch(link.href);
    if (!answer.ok) return (await answer.json()).message;
    save(await answer.blob(), link.dataset.name);
    return said.dataset.textMade;
  }

  link.addEventListener('click', async (click) => {
    if (click.ctrlKey || click.metaKey || click.shiftKey || click.altKey) return; // a tab or window of its own
    click.preventDefault();
    if (isMaking) return; // the server makes one at a time and would refuse the second
    isMaking = true;
    put(said, said.dataset.textMaking);
    put(said, await make().catch(() => said.dataset.textFailed));
    isMaking = false;
  });
}

function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser may still be writing it
}
