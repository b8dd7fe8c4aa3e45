// JSON client of the REST API: retries after connection errors, throws on error responses.
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 20000;

/** The server rejected the request; `code` is the API's error code. */
export class Refusal extends Error {
  constructor(status, body) {
    super(body.message ?? status);
    this.status = status;
    this.code = body.error ?? 'unreadable';
  }
}

/** The server did not respond or is overloaded; the request may be sent again. */
class Unreachable extends Error {}

/** Sends one request; returns the body, or null for 204. */
export async function post(url, body = {}) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  }).catch((error) => { throw new Unreachable(error.message); });
  if (answer.status >= 500 || answer.status === 429) throw new Unreachable(answer.status);
  if (answer.status === 204) return null;
  const json = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(answer.status, json);
  return json;
}

/**
 * Sends a request that is safe to repeat until it is answered.
 * `onWait` is called before each wait; `hurry` or a returning connection ends the wait.
 */
export async function postUntilAnswered(url, body, onWait = () => {}) {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      return await post(url, body);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      onWait();
      // Jitter, so that annotators in one room do not all retry at the same moment.
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
