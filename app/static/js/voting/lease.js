// Renews the leases of the assignments in hand while somebody has the page before them.
import { Refusal } from './api.js';

/** `held()` lists the cards in hand; `lost(token)` is called for one whose place went to somebody else. */
export function keepLeases({ leaseS, held, renew, lost }) {
  const renewAll = async () => {
    // A tab nobody looks at gives its pairs back to the others in time.
    if (document.hidden) return;
    for (const { token } of held()) {
      try {
        await renew(token);
      } catch (error) {
        // No connection: the next round tries again.
        if (error instanceof Refusal) lost(token);
      }
    }
  };
  // Twice within a lease, with room for one failure; by its length, since this machine's clock may be wrong.
  setInterval(renewAll, (leaseS * 1000) / 3);
  document.addEventListener('visibilitychange', renewAll);
}
