/** Stay after a post, and claim what comes while nobody else is posted for. */

import { log } from "./log.ts";
import { type Runner, ShuttingDown } from "./runner.ts";
import { sleep } from "./waiting.ts";

/** After an answer pg_net may rest for a second before it sends what was posted since. */
const NET_REST_MS = 1100;
/** As long as there is work; then a new post, or a tick, has to prove that it is still wanted. */
export const LONGEST_MS = 60_000;
// Between two looks: a tenth of the interval, within these two. Each is a call over HTTP.
const SHORTEST_LOOK_MS = 50;
const LONGEST_LOOK_MS = 250;
const BUSY_LOOK_MS = 10;
const AWAY_LOOK_MS = 500;

/**
 * Look for jobs after a post that a new job has sent.
 *
 * There is one such post per interval; what comes in the rest of it posts nothing and is this
 * worker's. Who is still writing when it ends cannot be seen through the Data API: what is
 * committed after the last look waits for the next post.
 */
export class Linger {
  readonly #runner: Runner;
  readonly #stopped: () => boolean;
  readonly #keep: (work: Promise<unknown>) => void;
  #going = false;
  #open = 0;
  #intervalMs = 0;
  #until = 0;
  #end = 0;
  #limit = 1;
  #worker = "";

  constructor(runner: Runner, stopped: () => boolean, keep: (work: Promise<unknown>) => void) {
    this.#runner = runner;
    this.#stopped = stopped;
    this.#keep = keep;
  }

  /** Look for jobs from now on: while the work runs, and until the interval has passed. */
  async during<T>(
    intervalMs: number,
    limit: number,
    worker: string,
    work: () => Promise<T>,
  ): Promise<T> {
    const now = performance.now();
    this.#intervalMs = intervalMs;
    [this.#limit, this.#worker] = [limit, worker];
    this.#until = Math.max(this.#until, now + intervalMs);
    this.#end = now + LONGEST_MS;
    this.#open += 1;
    if (!this.#going) this.#keep(this.#go());
    try {
      return await work();
    } finally {
      this.#open -= 1;
      this.#until = Math.max(this.#until, performance.now() + NET_REST_MS);
    }
  }

  get #wanted(): boolean {
    return (this.#open > 0 || performance.now() < this.#until) && !this.#stopped();
  }

  async #go(): Promise<void> {
    this.#going = true;
    try {
      while (this.#wanted) await sleep(await this.#look());
    } catch (error) {
      if (!(error instanceof ShuttingDown)) throw error;
    } finally {
      this.#going = false;
    }
  }

  /** Claim; return how long to rest until the next look. */
  async #look(): Promise<number> {
    const asked = Math.max(0, Math.min(this.#limit, this.#runner.room));
    try {
      const found = await this.#runner.claim(asked, this.#worker);
      const now = performance.now();
      if (found) this.#until = Math.max(this.#until, Math.min(now + this.#intervalMs, this.#end));
      if (found && found === asked) return BUSY_LOOK_MS;
    } catch (error) {
      if (error instanceof ShuttingDown) throw error;
      log.warning(`looking for more jobs: ${(error as Error).message}`);
      return AWAY_LOOK_MS;
    }
    return Math.min(Math.max(this.#intervalMs / 10, SHORTEST_LOOK_MS), LONGEST_LOOK_MS);
  }
}
