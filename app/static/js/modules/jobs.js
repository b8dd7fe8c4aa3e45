// Polls the state of the jobs while the page is visible; keeps open logs and the focus.
export function mount(root) {
  const again = () => setTimeout(refresh, Number(root.dataset.everyMs));

  async function refresh() {
    // Do not replace the list while a button is hovered or pressed.
    if (document.hidden || root.querySelector('button:hover, button:active')) return again();
    try {
      const answer = await fetch(root.dataset.url, { headers: { Accept: 'text/html' } });
      if (!answer.ok) return; // The person signed out, or the server stops: keep the page.
      show(await answer.text());
    } catch {
      // the server restarts
    }
    again();
  }

  function show(html) {
    const opened = [...root.querySelectorAll('details[open]')].map((each) => each.id);
    const focused = root.contains(document.activeElement) ? document.activeElement : null;
    const closest = focused?.id || focused?.closest('details')?.id;
    const scrolled = root.querySelector('.scroll')?.scrollLeft;
    root.innerHTML = html;
    for (const id of opened) root.querySelector(`#${id}`)?.setAttribute('open', '');
    const table = root.querySelector('.scroll');
    if (table && scrolled) table.scrollLeft = scrolled;
    const back = closest && root.querySelector(`#${closest}`);
    (back?.querySelector('summary') ?? back)?.focus();
  }

  again();
}
