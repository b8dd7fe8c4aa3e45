// Requests the estimate beside a form after each change of a field.
export function mount(form) {
  const target = document.getElementById(form.dataset.target);
  let last = 0;

  async function refresh() {
    const number = ++last;
    try {
      const answer = await fetch(form.dataset.url, {
        method: 'POST',
        body: new URLSearchParams(new FormData(form)),
        headers: { Accept: 'text/html' },
      });
      // An older answer can arrive after a newer one.
      if (answer.ok && number === last) target.innerHTML = await answer.text();
    } catch {
      // The server restarts. The next change requests the estimate again.
    }
  }

  form.addEventListener('change', refresh);
}
