// What the page does after the server said no, by the API's status and code.

/** Returns `reload` (the clips), `amend` (the answer), `advance` (to the next pair) or `leave` (to the server's page). */
export function afterRefusal({ status, code }) {
  if (code === 'clips_not_delivered') return 'reload';
  if (status === 422) return 'amend';
  // Paused or closed, or an undo that came too late: only the server can say where this annotator stands.
  if (code === 'study_not_open' || code === 'not_last_vote') return 'leave';
  // Somebody else's by now, or answered in another tab: that pair is settled.
  return status === 409 ? 'advance' : 'leave';
}
