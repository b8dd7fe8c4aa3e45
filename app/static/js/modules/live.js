// Asks for its own content again while it says that it is growing, and only while somebody looks.
export function mount(root) {
  const again = () => setTimeout(refresh, Number(root.dataset.everyMs));
  const isGrowing = () => root.querySelector('[data-growing]') !== null;

  async function refresh() {
    if (document.hidden) return again();
    try {
      const answer = await fetch(root.dataset.url, { headers: { Accept: 'text/html' } });
      if (!answer.ok) return; // signed out meanwhile, or the service stops: the list stays as it is
      root.innerHTML = await answer.text();
    } catch {
      return again(); // the service restarts
    }
    if (isGrowing()) again();
  }

  if (isGrowing()) again();
}
