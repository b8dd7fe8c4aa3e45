// Renews the leases of the held assignments while the page is visible.
import { Refusal } from './api.js';

/** `held()` lists the held cards; `lost(token)` is called when a lease cannot be renewed. */
export function keepLeases({ leaseS, held, renew, lost }) {
  const renewAll = async () => {
    // Leases of a hidden tab expire, so that other annotators get its pairs.
    if (document.hidden) return;
    for (const { token } of held()) {
      try {
        await renew(token);
      } catch (error) {
        // A connection error: the next round tries again.
        if (error instanceof Refusal) lost(token);
      }
    }
  };
  // Renew three times per lease, so that one failure is tolerated. Use durations, because this machine's clock may be wrong.
  setInterval(renewAll, (leaseS * 1000) / 3);
  document.addEventListener('visibilitychange', renewAll);
}
