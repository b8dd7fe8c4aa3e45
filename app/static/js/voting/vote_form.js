// Controls the vote form: the side, the reasons, and a Submit button that says what is missing.
import { fill, list, part, put } from '../words.js';
import { forget, recall, remember } from './draft.js';

// The steps in which a click on Submit retries.
const RETRIED = ['broken', 'waiting', 'offline'];

export class VoteForm {
  #token = '';
  #broken = [];
  #wasOpen = false;
  /** State of the form: loading, broken, open, saving, waiting (unsaved) or offline. */
  state = 'loading';

  /** `isWatched()` enables the choice; `onSubmit()` is called with a complete answer, `onRetry()` in a retry step, `onOpen()` when the choice opens. */
  constructor(form, { isWatched, needsReason, onSubmit, onRetry, onMissing, onOpen }) {
    Object.assign(this, { isWatched, needsReason, onOpen });
    this.token = form.elements.token;
    this.sides = [...form.querySelectorAll('[name=choice]')];
    this.reasons = [...form.querySelectorAll('[name=justifications]')];
    this.why = part(form, 'why');
    this.submit = part(form, 'submit');
    form.noValidate = true;
    form.addEventListener('change', () => { remember(this.#token, this.answer); this.paint(); });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const step = this.step;
      if (step === 'ready') onSubmit();
      else if (RETRIED.includes(step)) onRetry();
      else onMissing(this.submit.querySelector('span').textContent);
    });
  }

  get answer() {
    return {
      choice: this.sides.find((side) => side.checked)?.value ?? null,
      justifications: this.reasons.filter((reason) => reason.checked).map((reason) => reason.value),
    };
  }

  /** The answer in the HTML, given before an undo or an error; null if there is none. */
  get given() {
    const side = this.sides.find(({ defaultChecked }) => defaultChecked);
    const reasons = this.reasons.filter(({ defaultChecked }) => defaultChecked);
    return side ? { choice: side.value, justifications: reasons.map(({ value }) => value) } : null;
  }

  /** Resets the form for an assignment, with its previous answer or a draft of this tab. */
  start(token, former) {
    this.#token = token;
    this.token.value = token;
    const { choice, justifications } = former ?? recall(token);
    for (const side of this.sides) side.checked = side.value === choice;
    for (const reason of this.reasons) reason.checked = justifications.includes(reason.value);
    this.enter('loading');
  }

  finish() { forget(this.#token); }

  /** Enters a state of the form. `broken` names the files that did not load. */
  enter(state, broken = []) {
    this.state = state;
    this.#broken = broken;
    this.paint();
  }

  /** Returns the annotator's next step, or `ready` if the answer is complete. */
  get step() {
    if (this.state !== 'open') return this.state;
    if (!this.isWatched()) return 'watch';
    const { choice, justifications } = this.answer;
    if (!choice) return 'choose';
    return this.needsReason && !justifications.length ? 'reason' : 'ready';
  }

  paint() {
    const { step } = this;
    const { choice } = this.answer;
    const isOpen = this.state === 'open' && step !== 'watch';
    for (const side of this.sides) side.disabled = !isOpen;
    for (const reason of this.reasons) reason.disabled = !isOpen || !choice;
    this.why.dataset.state = choice ? 'awake' : 'asleep';
    put(this.why.querySelector('b'), this.why.dataset[{ left: 'textLeft', right: 'textRight' }[choice] ?? 'textAsleep']);
    const text = this.submit.dataset[`text${step[0].toUpperCase()}${step.slice(1)}`];
    put(this.submit.querySelector('span'), fill(text, { names: list(this.#broken) }));
    if (isOpen && !this.#wasOpen) this.onOpen();
    this.#wasOpen = isOpen;
    this.submit.setAttribute('aria-disabled', String(step !== 'ready' && !RETRIED.includes(step)));
  }
}
