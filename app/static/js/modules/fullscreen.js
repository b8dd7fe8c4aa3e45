// Shows the stage in full screen. In browsers without full screen (phones), the stage covers the page.
import { part, put } from '../words.js';

export function mount(stage) {
  const button = part(stage, 'full');
  const label = button.querySelector('span');
  const show = (on) => {
    stage.toggleAttribute('data-full', on);
    put(label, on ? button.dataset.textBack : button.dataset.textFull);
    // Elements behind the stage must not take the focus.
    for (const element of behind(stage)) element.inert = on;
  };
  const leave = () => (document.fullscreenElement ? document.exitFullscreen() : show(false));
  const enter = () => (stage.requestFullscreen ? stage.requestFullscreen().catch(() => show(true)) : show(true));

  button.addEventListener('click', () => (stage.hasAttribute('data-full') ? leave() : enter()));
  document.addEventListener('fullscreenchange', () => show(document.fullscreenElement === stage));
  addEventListener('keydown', (event) => { if (event.key === 'Escape' && !isDialogOpen()) show(false); });
  // Leave full screen: the reasons, which the annotator ticks next, are outside the stage.
  stage.addEventListener('change', (event) => { if (event.target.name === 'choice' && stage.hasAttribute('data-full')) leave(); });
}

function behind(stage) {
  return document.querySelectorAll('.bar, .why, .actions');
}

function isDialogOpen() {
  return document.querySelector('dialog[open]') !== null;
}
