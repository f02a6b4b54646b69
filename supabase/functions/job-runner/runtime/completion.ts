/** Record how jobs ended, those of one moment in one call, against a database that may be away. */

import { storable } from "./failure.ts";
import { log } from "./log.ts";
import { failed, type Outcome } from "./outcome.ts";
import { type Exchanged, type Job, type Queue, QueueError, type Report } from "./queue.ts";
import type { Ending } from "./tally.ts";
import { sleep } from "./waiting.ts";

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;
const LARGEST_REPORT = 100;

interface Waiting extends Report {
  readonly tell: (ending: Ending) => void;
}

export class Completion {
  readonly #queue: Queue;
  readonly #patienceMs: number;
  #waiting: Waiting[] = [];
  #sending: Promise<void> | undefined;

  /** `patienceMs` is how long to try while the database is away: the lease's length. */
  constructor(queue: Queue, patienceMs: number) {
    this.#queue = queue;
    this.#patienceMs = patienceMs;
  }

  /** Record an outcome; how the job counts. Never throws. */
  record(job: Job, outcome: Outcome): Promise<Ending> {
    return new Promise((tell) => {
      this.#waiting.push({ job, outcome, tell });
      this.#sending ??= this.#drain().finally(() => this.#sending = undefined);
    });
  }

  /** Send until nothing waits; what ends while a call is under way goes with the next one. */
  async #drain(): Promise<void> {
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      await this.#send(this.#waiting.splice(0, LARGEST_REPORT));
    }
  }

  async #send(reports: readonly Waiting[]): Promise<void> {
    try {
      const answer = await insist(() => this.#queue.exchange(reports, 0, ""), this.#patienceMs);
      for (const { job, outcome, tell } of reports) tell(endingOf(job, outcome, answer));
    } catch (error) {
      await this.#refused(reports, error as Error);
    }
  }

  /** Find out which report was refused, and record that job's success as a failure. */
  async #refused(reports: readonly Waiting[], error: Error): Promise<void> {
    const isAway = error instanceof QueueError && error.away;
    const [first, ...others] = reports;
    if (!isAway && others.length > 0) {
      for (const each of reports) await this.#send([each]);
    } else if (!isAway && first!.outcome.kind === "succeeded") {
      const added = first!.outcome.enqueue.length > 0;
      const what = added ? "the result, or a job added with it," : "the result";
      const reason = storable(`${what} was refused: ${error.message}`);
      await this.#send([{ ...first!, outcome: failed(reason) }]);
    } else {
      for (const { job, tell } of reports) {
        log.warning(`job ${job.id}: its end could not be recorded: ${error.message}`);
        tell("refused");
      }
    }
  }
}

/** Repeat a call while the database is away, with growing pauses. Throws the last QueueError. */
async function insist<T>(call: () => Promise<T>, patienceMs: number): Promise<T> {
  const end = performance.now() + patienceMs;
  for (let pause = FIRST_PAUSE_MS;; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await call();
    } catch (error) {
      const isAway = error instanceof QueueError && error.away;
      if (!isAway || performance.now() + pause > end) throw error;
    }
    await sleep(pause);
  }
}

function endingOf(job: Job, outcome: Outcome, answer: Exchanged): Ending {
  if (answer.refused.has(job.id)) {
    log.warning(`job ${job.id}: completion refused, its lease ${job.leaseId} was lost`);
    return "refused";
  }
  if (outcome.kind === "succeeded") return "succeeded";
  return answer.statuses.get(job.id) === "failed" ? "failed" : "retried";
}
