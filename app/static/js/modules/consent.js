// Says on the consent button how many boxes are not ticked yet.
import { fillCount, part, put } from '../words.js';

export function mount(form) {
  const boxes = [...form.querySelectorAll('[type=checkbox]')];
  const button = part(form, 'submit');
  const { textReady, textsMissing } = form.dataset;
  const missing = () => boxes.filter((box) => !box.checked);
  const paint = () => {
    const n = missing().length;
    put(button, n === 0 ? textReady : fillCount(textsMissing, n));
    button.setAttribute('aria-disabled', n > 0);
  };
  form.addEventListener('change', paint);
  form.addEventListener('submit', (event) => {
    if (event.submitter !== button || !missing().length) return;
    event.preventDefault();
    missing()[0].focus();
  });
  paint();
}
