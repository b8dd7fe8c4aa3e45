// On the sign-in form that answers a refused form: lets the page of that form bring its fields back (draft.js).
import { rememberSignedOut } from '../signed_out.js';

export function mount(root) {
  rememberSignedOut(new URL(root.elements.target.value, location).pathname, root.dataset.textKept);
}
