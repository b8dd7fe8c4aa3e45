// Polls a part of a page while the part has data-growing and the page is visible. Equal content is not replaced,
// so that nothing flickers, and the focus stays on the link with the same address. A part may contain a
// <template data-copy-to="ID">, whose content is then also shown in the element with this ID.
export function mount(root) {
  const again = () => setTimeout(refresh, Number(root.dataset.everyMs));
  const isGrowing = () => root.querySelector('[data-growing]') !== null;

  let shown = null;

  function show(html) {
    if (html === shown) return;
    shown = html;
    const focused = root.contains(document.activeElement) ? document.activeElement : null;
    root.innerHTML = html;
    if (focused?.href) [...root.querySelectorAll('a')].find((link) => link.href === focused.href)?.focus();
    root.querySelectorAll('template[data-copy-to]').forEach(copy);
  }

  function copy(template) {
    const target = document.getElementById(template.dataset.copyTo);
    if (target.innerHTML !== template.innerHTML) target.innerHTML = template.innerHTML;
  }

  async function refresh() {
    if (document.hidden) return again();
    try {
      const answer = await fetch(root.dataset.url, { headers: { Accept: 'text/html' } });
      if (!answer.ok) return; // The person signed out, or the server stops: keep the list.
      show(await answer.text());
    } catch {
      return again(); // the server restarts
    }
    if (isGrowing()) again();
  }

  if (root.hasAttribute('data-now')) refresh();
  else if (isGrowing()) again();
}
