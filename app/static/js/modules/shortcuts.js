// Single keys click the control with that key in aria-keyshortcuts. Single-key shortcuts can be switched off (WCAG 2.1.4).
import { browserStorage } from '../storage.js';

const STORED = 'ti2v.single-keys';

export function mount(root) {
  const box = root.querySelector('[data-part=single-keys]');
  box.checked = (browserStorage.getItem(STORED) ?? root.dataset.singleKeys) === 'on';
  const remember = () => {
    root.dataset.singleKeys = box.checked ? 'on' : 'off';
    browserStorage.setItem(STORED, root.dataset.singleKeys);
  };
  box.addEventListener('change', remember);
  remember();

  // A control focused with Tab keeps its own keys; after a click the page handles them.
  let tabbed = false;
  addEventListener('pointerdown', () => { tabbed = false; }, true);
  addEventListener('keydown', (event) => {
    if (event.key === 'Tab') tabbed = true;
    if (!box.checked || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = keyName(event);
    if (event.repeat && !key.startsWith('Arrow')) return;
    if (tabbed && isOwnKey(event.target, key)) return;
    const control = find(root, key);
    if (!control) return;
    event.preventDefault();
    control.click();
  });
}

function keyName(event) {
  if (event.key === ' ') return 'Space';
  // On a Greek or Cyrillic keyboard, use the physical key.
  if (/^[^\x20-\x7e]$/.test(event.key)) return event.code.replace('Key', '');
  return event.key.length === 1 ? event.key.toUpperCase() : event.key;
}

/** While a dialog is open, only its controls respond. */
function find(root, key) {
  const dialog = root.querySelector('dialog[open]');
  return [...(dialog ?? root).querySelectorAll('[aria-keyshortcuts]')]
    .find((control) => control.getAttribute('aria-keyshortcuts') === key && (dialog || !control.closest('dialog')));
}

function isOwnKey(target, key) {
  if (key === 'Space' || key === 'Enter') return target.matches('button, input, a');
  return key.startsWith('Arrow') && target.matches('input[type=radio], input[type=range]');
}
