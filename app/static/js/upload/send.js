// Sends one file to the REST API, and sends it again while the connection or the server is not available.

const LONGEST_PAUSE_MS = 30_000;

/**
 * Resolves to {status, body} of the final answer.
 * `report` gets `sending` with a percentage, `checking`, `offline` or `busy`.
 */
export async function sendFile(url, file, { method, type, report, signal }) {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await send(url, file, { method, type, report, signal });
    if (answer.status !== 0 && answer.status !== 429 && answer.status !== 503) return answer;
    report(answer.status === 0 ? 'offline' : 'busy');
    await pause(answer.retryAfter * 1000 || Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** attempt), signal);
  }
}

/** Resolves to the sha256 of a file as hex digits, or to null if the page has no secure context. */
export async function digest(file) {
  if (!crypto.subtle) return null;
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// fetch does not report the progress of an upload.
function send(url, file, { method, type, report, signal }) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const request = new XMLHttpRequest();
    request.upload.onprogress = (event) =>
      report('sending', Math.round((100 * event.loaded) / Math.max(1, event.total)));
    request.upload.onload = () => report('checking');
    request.onload = () =>
      resolve({
        status: request.status,
        body: parsed(request.responseText),
        retryAfter: Number(request.getResponseHeader('Retry-After')) || 0,
      });
    request.onerror = () => resolve({ status: 0, body: {}, retryAfter: 0 });
    request.onabort = () => reject(signal.reason);
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.open(method, url);
    request.setRequestHeader('Content-Type', type);
    request.send(file);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}
