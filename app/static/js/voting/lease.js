// Renews the leases of the assignments in hand while somebody has the page before them.
import { Refusal, serverNow } from './api.js';

const SHORTEST_MS = 5000;
const LONGEST_MS = 300000;

/** `held()` lists the cards in hand, the one on show first; `lost(token)` is called for a lease that has run out. */
export function keepLeases({ held, renew, lost }) {
  const renewAll = async () => {
    // A tab nobody looks at gives its pairs back to the others in time.
    if (document.hidden) return;
    for (const card of held()) {
      try {
        card.expires_at = (await renew(card.token)).expires_at;
      } catch (error) {
        if (error instanceof Refusal) lost(card.token);
      }
    }
  };
  const schedule = () => {
    const soonest = Math.min(...held().map((card) => Date.parse(card.expires_at) - serverNow()));
    const wait = Math.min(Math.max(soonest / 2, SHORTEST_MS), LONGEST_MS);
    setTimeout(() => renewAll().finally(schedule), wait);
  };
  document.addEventListener('visibilitychange', renewAll);
  schedule();
}
