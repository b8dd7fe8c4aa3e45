// Controls the voting page: shows an assignment, sends the answer, shows the next one.
import { Refusal, hurry } from '../voting/api.js';
import { VoteForm } from '../voting/vote_form.js';
import { Exchange } from '../voting/exchange.js';
import { keepLeases } from '../voting/lease.js';
import { mount as mountNotice } from '../voting/notice.js';
import { Playback } from '../voting/playback.js';
import { Progress } from '../voting/progress.js';
import { Queue } from '../voting/queue.js';
import { afterRefusal } from '../voting/refusals.js';
import { Stage } from '../voting/stage.js';
import { part, put } from '../words.js';

// A time in which the media of a prepared pair are certainly loaded.
const SLOW_MS = 1000;

export function mount(root) {
  new VotingPage(root).open(JSON.parse(root.dataset.card));
}

class VotingPage {
  #openedAt = 0;

  constructor(root) {
    const form = part(root, 'vote-form');
    this.choiceStatus = part(root, 'choice-status');
    this.url = form.action;
    this.leaseS = Number(root.dataset.leaseS);
    this.skipForm = part(root, 'skip-form');
    this.undoForm = part(root, 'undo-form');
    this.undoButton = root.querySelector('[form=undo]');
    this.exchange = new Exchange(root.dataset);
    this.queue = new Queue((after, isPatient) => this.exchange.next(after, isPatient, this.#pause('offline')));
    this.notice = mountNotice(part(root, 'notice'));
    this.progress = new Progress(part(root, 'progress'), JSON.parse(root.dataset.card));
    this.playback = new Playback((token) => this.exchange.urlOf(token, 'playback'));
    this.stage = new Stage(
      root.querySelector('.stage'),
      () => this.voteForm.paint(),
      (clip, kind, positionMs) => this.playback.note(clip, kind, positionMs),
    );
    this.voteForm = new VoteForm(form, {
      isWatched: () => root.dataset.watchGate === 'off' || this.stage.isWatched,
      needsReason: root.dataset.requireJustification === 'on',
      onSubmit: () => this.#submit(),
      onRetry: () => this.#retry(),
      onOpen: () => put(this.choiceStatus, this.choiceStatus.dataset.text),
      onMissing: (sentence) => this.notice.read(sentence),
    });
    this.skipForm.addEventListener('submit', (event) => { event.preventDefault(); this.#skip(event.submitter.value); });
    this.undoForm.addEventListener('submit', (event) => { event.preventDefault(); this.#undo(); });
    root.addEventListener('click', (event) => { if (event.target.matches('[data-part=retry]')) this.#retry(); });
  }

  open(card) {
    this.#show(this.queue.putFirst(card), this.voteForm.given);
    keepLeases({
      leaseS: this.leaseS,
      held: () => this.queue.cards,
      renew: (token) => this.exchange.renew(token),
      lost: (token) => { if (token !== this.#token) this.queue.drop(token); },
    });
    addEventListener('beforeunload', (event) => { if (this.#isBusy) event.preventDefault(); });
  }

  get #isBusy() { return ['saving', 'waiting', 'offline'].includes(this.voteForm.state); }
  get #token() { return this.queue.current?.card.token; }

  /** Shows an entry of the queue; `former` is its previous answer. */
  async #show(entry, former = null) {
    this.voteForm.start(entry.card.token, former);
    put(this.choiceStatus, '');
    this.skipForm.elements.token.value = entry.card.token;
    this.stage.wait();
    this.playback.stop();
    const media = await this.#loaded(entry.media);
    if (this.queue.current !== entry) return;
    await this.stage.show(entry.card, media, former !== null);
    if (this.queue.current !== entry) return;
    this.progress.paint();
    const { failed } = this.stage;
    this.voteForm.enter(failed.length ? 'broken' : 'open', failed.map(({ dataset }) => dataset.name));
    if (failed.length) return;
    this.#openedAt = performance.now();
    this.playback.start(entry.card.token);
    this.stage.begin();
    this.queue.lookAhead();
  }

  /** Waits for an entry's media; the clips of a new study are prepared on request, and the page says so. */
  async #loaded(media) {
    let isSaid = false;
    const timer = setTimeout(() => { isSaid = true; this.notice.stay('preparing'); }, SLOW_MS);
    const loaded = await media;
    clearTimeout(timer);
    if (isSaid) this.notice.clear();
    return loaded;
  }

  #retry() {
    if (this.#isBusy) hurry();
    else this.#show(this.queue.reload(this.stage.failed.map(({ dataset }) => dataset.media)));
  }

  #submit() {
    const token = this.#token;
    const took = this.#took();
    const [left, right] = this.stage.watchedMs;
    const answer = { ...this.voteForm.answer, decision_ms: took, left_watched_ms: left, right_watched_ms: right };
    const after = this.queue.lastAhead;
    this.#settle(() => this.exchange.vote(token, answer, after, this.#pause('waiting')), ({ next }) => {
      this.queue.add(next);
      this.#setUndoable(token);
      this.progress.count(took);
      return this.#goOn('saved');
    });
  }

  #skip(reason) {
    const token = this.#token;
    const took = this.#took();
    this.skipForm.closest('dialog').close();
    this.#settle(() => this.exchange.skip(token, reason, this.#pause('offline')), () => {
      this.progress.count(took);
      return this.#goOn('skipped');
    });
  }

  #undo() {
    const token = this.undoForm.elements.token.value;
    this.#settle(() => this.exchange.undo(token, this.#pause('offline')), ({ previous, ...card }) => {
      this.#setUndoable('');
      this.progress.set(card);
      this.#show(this.queue.putFirst(card), previous);
      this.notice.say('undone');
    });
  }

  /** Sends a request exactly once; the answer on the page cannot change meanwhile. */
  async #settle(send, onAnswer) {
    if (this.#isBusy) return;
    this.voteForm.enter('saving');
    try {
      const answer = await send();
      this.notice.clear();
      await onAnswer(answer);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      await this.#refused(error);
    }
  }

  async #goOn(word) {
    this.voteForm.finish();
    this.stage.wait();
    this.playback.stop();
    const entry = await this.queue.advance();
    // No pairs are left: show the server's thank-you page.
    if (!entry) return this.#leave();
    this.notice.say(word, entry.card);
    scrollTo(0, 0);
    return this.#show(entry);
  }

  async #refused(refusal) {
    const step = afterRefusal(refusal);
    if (step === 'reload') {
      this.notice.say(refusal.code);
      await this.#show(this.queue.reload(), this.voteForm.answer);
    } else if (step === 'amend') {
      this.notice.say('amend');
      this.voteForm.enter('open');
    } else if (step === 'advance') await this.#goOn(refusal.code).catch(() => this.#leave());
    else this.#leave();
  }

  /** Reloads from the server, which shows the state of this annotator: done, paused, signed out, or another pair. */
  #leave() {
    this.voteForm.enter('loading');
    location.assign(this.url);
  }

  #setUndoable(token) {
    this.undoForm.elements.token.value = token;
    this.undoButton.disabled = !token;
  }

  #took() { return Math.round(performance.now() - this.#openedAt); }

  /** Returns the callback for a lost connection; `state` tells whether an answer is unsent. */
  #pause(state) {
    return () => {
      this.voteForm.enter(state);
      this.notice.stay(state);
    };
  }
}
