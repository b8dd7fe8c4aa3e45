// Loads an assignment's image and clips completely, as blobs, so that playback never waits for the network.
const TRIES = 3;
const WAIT_MS = 800;

/** Returns blob URLs {image, left, right}, null for a file that cannot be loaded; `kept` URLs are used again. */
export async function loadMedia(card, kept = {}) {
  const load = (name) => kept[name] ?? blobUrl(card[`${name}_url`]);
  const [image, left, right] = await Promise.all(['image', 'left', 'right'].map(load));
  return { image, left, right };
}

export function releaseMedia(media) {
  for (const url of Object.values(media)) if (url) URL.revokeObjectURL(url);
}

async function blobUrl(url) {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const answer = await fetch(url, { cache: 'no-store' }).catch(() => null);
    const blob = answer?.ok && (await answer.blob().catch(() => null));
    if (blob) return URL.createObjectURL(blob);
    if (attempt < TRIES) await new Promise((done) => { setTimeout(done, attempt * WAIT_MS); });
  }
  return null;
}
