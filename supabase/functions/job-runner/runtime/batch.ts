/** One claim and its jobs, until each of them has ended. */

import type { Completion } from "./completion.ts";
import { fieldsOf } from "./context.ts";
import { CLEAN_UP_MS, type Executor } from "./execution.ts";
import { oneLine } from "./failure.ts";
import { correlated, log } from "./log.ts";
import type { Outcome } from "./outcome.ts";
import type { Job, Queue } from "./queue.ts";
import { type Ending, Tally } from "./tally.ts";
import { later, settled } from "./waiting.ts";

/** A job cancelled by an operator should stop soon even under a long lease. */
const LONGEST_BEAT_MS = 10_000;
/** What the database gets to take the jobs back. */
const GIVE_BACK_MS = 2000;

/** What a batch works with. */
export interface Means {
  readonly queue: Queue;
  readonly executor: Executor;
  readonly completion: Completion;
  readonly leaseMs: number;
}

export class Batch {
  readonly #means: Means;
  readonly #unfinished = new Map<number, Job>();
  readonly #stops = new Map<number, AbortController>();
  readonly #executions = new Map<number, Promise<Outcome | undefined>>();
  readonly #recording = new Map<number, Promise<void>>();
  #closing = false;
  #tally = new Tally();
  /** How many slots it takes up: its limit until the claim, then its running jobs. */
  held: number;
  /** Settled once the claim has come to its end; it throws what the claim did. */
  readonly claimed: Promise<Tally>;
  /** Settled once each job has ended. Never throws. */
  readonly ended: Promise<void>;

  constructor(means: Means, limit: number, worker: string) {
    this.#means = means;
    this.held = limit;
    const claim = this.#claim(limit, worker);
    this.claimed = claim.then(() => this.#tally);
    this.ended = claim.then((jobs) => this.#work(jobs), () => {
      this.held = 0;
    });
  }

  /** Stop what still runs and return it to the queue; what has just ended is recorded. */
  async giveBack(): Promise<void> {
    this.#closing = true;
    for (const stop of this.#stops.values()) stop.abort();
    await settled(Promise.all(this.#executions.values()), CLEAN_UP_MS + 100);
    await Promise.all([
      settled(this.#returnTheRest(), GIVE_BACK_MS),
      settled(Promise.all(this.#recording.values()), GIVE_BACK_MS),
    ]);
  }

  async #claim(limit: number, worker: string): Promise<readonly Job[]> {
    const { jobs } = await this.#means.queue.exchange([], limit, worker);
    this.held = jobs.length;
    for (const job of jobs) this.#unfinished.set(job.id, job);
    this.#tally = new Tally(jobs.length);
    return jobs;
  }

  async #work(jobs: readonly Job[]): Promise<void> {
    if (jobs.length === 0) return;
    const stopBeating = this.#beat(jobs[0]!.leaseId);
    await Promise.all(jobs.map((job) => this.#do(job)));
    stopBeating();
  }

  async #do(job: Job): Promise<void> {
    const stop = new AbortController();
    this.#stops.set(job.id, stop);
    const execute = (): Promise<Outcome | undefined> =>
      this.#means.executor.execute(job, stop.signal);
    const execution = correlated(fieldsOf(job), execute);
    this.#executions.set(job.id, execution);
    const outcome = await execution;
    this.#stops.delete(job.id);
    this.#executions.delete(job.id);
    if (outcome) {
      const recording = this.#record(job, outcome);
      this.#recording.set(job.id, recording);
      await recording;
      this.#recording.delete(job.id);
    } else if (!this.#closing) {
      this.#count(job, "cancelled");
    }
    this.held -= 1;
  }

  async #record(job: Job, outcome: Outcome): Promise<void> {
    if (outcome.kind === "failed") {
      log.warning(`job ${job.id}: ${oneLine(outcome.error)}`, fieldsOf(job));
    }
    this.#count(job, await this.#means.completion.record(job, outcome));
  }

  #count(job: Job, ending: Ending): void {
    if (!this.#unfinished.delete(job.id)) return; // it was given back, and ended all the same
    this.#tally.count(ending);
    const event = `job ${job.id} ${job.taskType} attempt ${job.attempts}: ${ending}`;
    log.info(event, { ...fieldsOf(job), ending });
  }

  /** Keep the lease alive, and stop the jobs that it has lost. */
  #beat(leaseId: number): () => void {
    const { queue, leaseMs } = this.#means;
    const again = (): () => void =>
      later(Math.min(leaseMs / 3, LONGEST_BEAT_MS), () => void beat());
    const beat = async (): Promise<void> => {
      try {
        for (const lost of await queue.heartbeat(leaseId)) this.#stop(lost);
      } catch (error) {
        log.warning(`lease ${leaseId}: heartbeat failed: ${(error as Error).message}`);
      }
      if (!over) cancel = again();
    };
    let over = false;
    let cancel = again();
    return () => {
      over = true;
      cancel();
    };
  }

  #stop(jobId: number): void {
    const job = this.#unfinished.get(jobId);
    const stop = this.#stops.get(jobId);
    if (!job || !stop) return;
    log.warning(`job ${job.id}: stopped, its lease was lost`, fieldsOf(job));
    stop.abort();
  }

  async #returnTheRest(): Promise<void> {
    const jobs = [...this.#unfinished.values()].filter((job) => !this.#recording.has(job.id));
    if (jobs.length === 0) return;
    const { leaseId } = jobs[0]!;
    try {
      const given = await this.#means.queue.giveBack(leaseId, jobs.map((job) => job.id));
      for (const job of jobs) this.#count(job, given.has(job.id) ? "given_back" : "cancelled");
    } catch (error) {
      const why = (error as Error).message;
      log.warning(`lease ${leaseId}: not given back, it has to run out: ${why}`);
    }
  }
}
