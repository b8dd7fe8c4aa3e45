// Talks JSON to the REST API, patiently: a lost connection is waited out, a refusal is thrown.
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 20000;

/** The server understood and said no; `code` is the API's. */
export class Refusal extends Error {
  constructor(status, body) {
    super(body.message ?? `The server answered ${status}.`);
    this.status = status;
    this.code = body.error ?? 'unreadable';
  }
}

/** The server did not answer, or not now; the same request may be sent again. */
class Unreachable extends Error {}

/** Sends one request; returns the body, or null for 204. */
export async function post(url, body = {}) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  }).catch((error) => { throw new Unreachable(error.message); });
  if (answer.status >= 500 || answer.status === 429) throw new Unreachable(`The server answered ${answer.status}.`);
  if (answer.status === 204) return null;
  const json = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(answer.status, json);
  return json;
}

/**
 * Sends a request that is safe to repeat until it is answered.
 * `onWait` is told before each wait; a call of `hurry` or a returning connection ends the wait.
 */
export async function postUntilAnswered(url, body, onWait = () => {}) {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      return await post(url, body);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      onWait();
      // Spread out, so that a room full of annotators does not come back in one instant.
      await pause(wait * (0.75 + Math.random() / 2));
    }
  }
}

const sleepers = new Set();
export function hurry() {
  for (const wake of sleepers) wake();
}
addEventListener('online', hurry);

function pause(ms) {
  return new Promise((done) => {
    const wake = () => { sleepers.delete(wake); clearTimeout(timer); done(); };
    const timer = setTimeout(wake, ms);
    sleepers.add(wake);
  });
}
