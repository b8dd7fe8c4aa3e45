// Makes the five API calls of the voting page. The URLs come from the HTML.
import { post, postUntilAnswered } from './api.js';

export class Exchange {
  constructor({ assignmentsUrl, assignmentUrl }) {
    this.assignmentsUrl = assignmentsUrl;
    this.urlOf = (token, verb) => assignmentUrl.replace('{token}', token) + verb;
  }

  /** Requests an assignment; with `isPatient` it retries until the server responds. */
  next(after, isPatient, onWait) {
    const body = after ? { after } : {};
    return isPatient ? postUntilAnswered(this.assignmentsUrl, body, onWait) : post(this.assignmentsUrl, body);
  }

  /** Sends a vote; the response's `next` is the assignment behind the one with the token `after`. */
  vote(token, answer, after, onWait) {
    return postUntilAnswered(this.urlOf(token, 'vote'), { ...answer, next: after ? { after } : {} }, onWait);
  }

  skip(token, reason, onWait) { return postUntilAnswered(this.urlOf(token, 'skip'), { reason }, onWait); }
  undo(token, onWait) { return postUntilAnswered(this.urlOf(token, 'undo'), {}, onWait); }
  renew(token) { return post(this.urlOf(token, 'renew')); }
}
