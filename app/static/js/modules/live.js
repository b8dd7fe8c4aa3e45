// Polls a list for new content while the list has data-growing and the page is visible.
export function mount(root) {
  const again = () => setTimeout(refresh, Number(root.dataset.everyMs));
  const isGrowing = () => root.querySelector('[data-growing]') !== null;

  async function refresh() {
    if (document.hidden) return again();
    try {
      const answer = await fetch(root.dataset.url, { headers: { Accept: 'text/html' } });
      if (!answer.ok) return; // The person signed out, or the server stops: keep the list.
      root.innerHTML = await answer.text();
    } catch {
      return again(); // the server restarts
    }
    if (isGrowing()) again();
  }

  if (isGrowing()) again();
}
