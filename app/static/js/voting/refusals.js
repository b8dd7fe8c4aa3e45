// Decides what the page does after an error response, by the API's status and code.

/** Returns `reload` (the clips), `amend` (the answer), `advance` (to the next pair) or `leave` (to the server's page). */
export function afterRefusal({ status, code }) {
  if (code === 'clips_not_delivered') return 'reload';
  if (status === 422) return 'amend';
  // Paused or closed, another phase, the limit of the day, or an undo that came too late: only the server knows this annotator's state.
  if (code === 'study_not_open' || code === 'other_phase' || code === 'not_last_vote' || code === 'day_limit') return 'leave';
  // Reassigned, or answered in another tab: that pair needs no answer here.
  return status === 409 ? 'advance' : 'leave';
}
