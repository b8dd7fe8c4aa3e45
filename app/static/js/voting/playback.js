// Reports what happened to the clips (play, pause, seek, complete) in small batches; a vote never waits for them.
const BATCH = 40;
// The server stores at most 2,000 events of an assignment; a page that is left open must not report forever.
const MOST = 500;
const SEEK_MS = 300;

export class Playback {
  #url = null;
  #view = 0;
  #startedAt = 0;
  #sent = 0;
  #count = 0;
  #events = [];
  /** Batches that the server has not acknowledged: {url, body}. */
  #unsent = [];

  /** `urlOf(token)` returns the URL that takes the events of an assignment. */
  constructor(urlOf) {
    this.urlOf = urlOf;
    document.addEventListener('visibilitychange', () => { if (document.hidden) this.#leave(); });
    addEventListener('pagehide', () => this.#leave());
  }

  /** Starts a new view: the page shows an assignment. */
  start(token) {
    this.stop();
    this.#url = this.urlOf(token);
    [this.#view] = crypto.getRandomValues(new Uint32Array(1)).map((random) => random >>> 1);
    this.#startedAt = performance.now();
    this.#sent = 0;
    this.#count = 0;
  }

  /** Notes an event of one clip, `left` or `right`; a dragged slider counts as one seek. */
  note(clip, kind, positionMs) {
    if (!this.#url || this.#count >= MOST) return;
    const event = { clip, kind, at_ms: this.#now(), position_ms: Math.max(0, Math.round(positionMs)) };
    const last = this.#events.findLastIndex((each) => each.clip === clip);
    const before = this.#events[last];
    if (kind === 'seek' && before?.kind === 'seek' && event.at_ms - before.at_ms < SEEK_MS) {
      this.#events[last] = event;
      return;
    }
    this.#events.push(event);
    this.#count += 1;
    if (this.#events.length >= BATCH) this.send();
  }

  /** Ends the view and sends its events. */
  stop() {
    this.send();
    this.#url = null;
  }

  /** Sends all events so far. Failed batches are sent again with the next batch. */
  send() {
    this.#pack();
    for (const batch of this.#unsent.splice(0)) {
      fetch(batch.url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: batch.body, keepalive: true })
        .then(({ status }) => { if (status >= 500 || status === 429) this.#unsent.push(batch); })
        .catch(() => { this.#unsent.push(batch); });
    }
  }

  /** Hands all events to the browser, which sends them even if the page closes. */
  #leave() {
    this.#pack();
    for (const { url, body } of this.#unsent) navigator.sendBeacon(url, new Blob([body], { type: 'application/json' }));
  }

  #pack() {
    if (!this.#events.length) return;
    const body = JSON.stringify({ view: this.#view, first: this.#sent, events: this.#events });
    this.#unsent.push({ url: this.#url, body });
    this.#sent += this.#events.length;
    this.#events = [];
  }

  #now() { return Math.min(86400000, Math.round(performance.now() - this.#startedAt)); }
}
