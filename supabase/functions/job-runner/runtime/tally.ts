/** The counts that the endpoint answers with. */

export type Ending = "succeeded" | "failed" | "retried" | "cancelled" | "refused" | "given_back";

/**
 * How the jobs of one claim ended so far.
 *
 * `failed` is final, `retried` comes back, `cancelled` was stopped because its lease was lost,
 * `refused` ended and was not accepted as done, `given_back` was stopped and waits again.
 */
export class Tally {
  readonly #claimed: number;
  readonly #endings = {
    succeeded: 0,
    failed: 0,
    retried: 0,
    cancelled: 0,
    refused: 0,
    given_back: 0,
  };

  constructor(claimed = 0) {
    this.#claimed = claimed;
  }

  count(ending: Ending): void {
    this.#endings[ending] += 1;
  }

  get claimed(): number {
    return this.#claimed;
  }

  /** Return every count by name; `running` have not ended yet. */
  counts(): Record<string, number> {
    const ended = Object.values(this.#endings).reduce((sum, each) => sum + each, 0);
    return { claimed: this.#claimed, ...this.#endings, running: this.#claimed - ended };
  }
}
