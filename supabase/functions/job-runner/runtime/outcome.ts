/** How one attempt at a job ended, and what a handler throws to say how. */

import type { NewJob } from "./queue.ts";

/** This attempt failed, and the next one comes after `after` milliseconds; it counts as an attempt. */
export class Retry extends Error {
  readonly after: number | null;

  constructor(reason = "", options: { after?: number } = {}) {
    super(reason);
    this.after = options.after ?? null;
  }
}

/** This job can never succeed: it fails for good, whatever attempts are left. */
export class Discard extends Error {}

export interface Succeeded {
  readonly kind: "succeeded";
  /** JSON text, or null for nothing. */
  readonly result: string | null;
  /** Jobs that are added with the success, in its transaction, or not at all. */
  readonly enqueue: readonly NewJob[];
}

export interface Failed {
  readonly kind: "failed";
  readonly error: string;
  /** The wait before the next attempt; null takes the backoff of the task type. */
  readonly retryInMs: number | null;
  readonly discard: boolean;
}

export type Outcome = Succeeded | Failed;

/** Return a failure that is retried as its task type says. */
export function failed(error: string): Failed {
  return { kind: "failed", error, retryInMs: null, discard: false };
}
