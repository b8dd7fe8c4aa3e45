// Keeps the fields of a sent form in the tab. If the server answered with the sign-in page, the fields come back.
import { takeSignedOut } from '../signed_out.js';

const isKept = (field) => field.name && !['hidden', 'password', 'file'].includes(field.type);

export function mount(form) {
  const key = `draft ${location.pathname} ${form.getAttribute('action')}`;
  const kept = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  const text = kept && takeSignedOut(location.pathname);
  if (text) restore(form, JSON.parse(kept), text);
  form.addEventListener('submit', () => {
    const fields = Array.from(form.elements).filter(isKept);
    const values = fields.map(({ name, value, checked }) => [name, value, Boolean(checked)]);
    sessionStorage.setItem(key, JSON.stringify(values));
  });
}

function restore(form, values, text) {
  Array.from(form.elements).filter(isKept).forEach((field, place) => {
    const [name, value, checked] = values[place] ?? [];
    const isChoice = field.type === 'checkbox' || field.type === 'radio';
    if (name !== field.name || (isChoice && value !== field.value)) return; // the page changed meanwhile
    if (isChoice) field.checked = checked;
    else field.value = value;
  });
  const notice = document.createElement('p');
  notice.className = 'problem';
  notice.setAttribute('role', 'status');
  notice.textContent = text;
  form.before(notice);
  for (const type of ['input', 'change']) form.dispatchEvent(new Event(type, { bubbles: true }));
}
