/** Claim and run jobs within a bound, answer by a deadline, go home in order. */

import { Batch, type Means } from "./batch.ts";
import { Completion } from "./completion.ts";
import { Executor } from "./execution.ts";
import type { Handlers } from "./handlers.ts";
import { log } from "./log.ts";
import { type Queue, QueueError } from "./queue.ts";
import type { Settings } from "./settings.ts";
import { Tally } from "./tally.ts";
import { settled } from "./waiting.ts";

/** The worker takes no more jobs. */
export class ShuttingDown extends Error {}

/** Run claimed jobs, never more than `batchLimit` at once; a job that cannot start is not claimed. */
export class Runner {
  readonly #means: Means;
  readonly #settings: Settings;
  readonly #batches = new Set<Batch>();
  readonly #keep: (work: Promise<unknown>) => void;
  #closing = false;

  /** `keep` tells the platform that work goes on after the answer. */
  constructor(
    queue: Queue,
    handlers: Handlers,
    settings: Settings,
    keep: (work: Promise<unknown>) => void,
  ) {
    const { leaseMs } = settings;
    const completion = new Completion(queue, leaseMs);
    this.#means = { queue, executor: new Executor(handlers), completion, leaseMs };
    this.#settings = settings;
    this.#keep = keep;
  }

  /** How many slots are taken: by jobs, or by a claim under way. */
  get running(): number {
    return [...this.#batches].reduce((sum, batch) => sum + batch.held, 0);
  }

  /** How many more jobs can start now; a handler left behind still takes up a slot. */
  get room(): number {
    return this.#settings.batchLimit - this.running - this.#means.executor.abandoned;
  }

  get taskTypes(): string[] {
    return this.#means.executor.handlers.taskTypes;
  }

  /** Tell whether a post comes from the queue's database. Throws QueueError, also without an answer in time. */
  async confirm(dispatch: bigint, nonce: string, withinMs: number): Promise<boolean> {
    const confirmed = this.#means.queue.confirm(dispatch, nonce);
    if (await settled(confirmed, withinMs)) return await confirmed;
    throw new QueueError("the post was not confirmed in time", { away: true });
  }

  /**
   * Claim up to `limit` jobs and report on them after `withinMs` at the latest.
   *
   * What needs longer goes on or is given back, as configured. Throws ShuttingDown, QueueError.
   */
  async run(limit: number, worker: string, withinMs: number): Promise<Tally> {
    const batch = this.#start(limit, worker);
    if (!batch) return new Tally();
    const deadline = performance.now() + withinMs;
    if (!await settled(batch.claimed, withinMs)) {
      throw new QueueError("the claim was not answered in time", { away: true });
    }
    const tally = await batch.claimed;
    const isOver = await settled(batch.ended, deadline - performance.now());
    if (!isOver && this.#settings.onDeadline === "give_back") await batch.giveBack();
    return tally;
  }

  /** Claim up to `limit` jobs, leave them running, return how many. Throws as `run` does. */
  async claim(limit: number, worker: string): Promise<number> {
    const batch = this.#start(limit, worker);
    return batch ? (await batch.claimed).claimed : 0;
  }

  /** Claim no more, and give back what still runs after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    const batches = [...this.#batches];
    if (batches.length > 0) log.info(`waiting up to ${graceMs / 1000} s for running jobs`);
    await settled(Promise.all(batches.map((batch) => batch.ended)), graceMs);
    await Promise.all([...this.#batches].map((batch) => batch.giveBack()));
  }

  /** Start a claim of what can start at once; undefined when nothing can. Throws ShuttingDown. */
  #start(limit: number, worker: string): Batch | undefined {
    if (this.#closing) throw new ShuttingDown("the worker is shutting down");
    const room = Math.min(limit, this.room);
    if (room < 1) return undefined;
    const batch = new Batch(this.#means, room, worker);
    this.#batches.add(batch);
    this.#keep(batch.ended.finally(() => this.#batches.delete(batch)));
    return batch;
  }
}
