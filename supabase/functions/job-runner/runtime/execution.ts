/** One attempt at one job: find its handler, run it within its timeout, say how it ended. */

import { Context } from "./context.ts";
import { describeFailure, headline } from "./failure.ts";
import type { Handlers } from "./handlers.ts";
import { toJson } from "./json.ts";
import { Discard, type Failed, failed, type Outcome, Retry } from "./outcome.ts";
import type { Job } from "./queue.ts";
import { later, settled } from "./waiting.ts";

/** What a handler gets to clean up after it was cut off. */
export const CLEAN_UP_MS = 1000;
const DEEPEST_CAUSE = 10;

export class Executor {
  readonly handlers: Handlers;
  #abandoned = 0;

  constructor(handlers: Handlers) {
    this.handlers = handlers;
  }

  /** How many handlers still run for jobs that have already ended: nothing can stop them. */
  get abandoned(): number {
    return this.#abandoned;
  }

  /** Run one job; undefined when it was stopped before it ended. Never throws. */
  async execute(job: Job, stop: AbortSignal): Promise<Outcome | undefined> {
    const run = this.handlers.get(job.taskType);
    if (!run) {
      return failed(`UnknownTaskType: this worker has no handler for task type '${job.taskType}'`);
    }
    const timeout = new AbortController();
    const cancel = later(job.timeoutMs, () => timeout.abort(new Error(timedOut(job))));
    const signal = AbortSignal.any([stop, timeout.signal]);
    const context = new Context(job, new Date(Date.now() + job.timeoutMs), signal);
    const running = attempt(run, context);
    const outcome = await Promise.race([running, aborted(signal)]);
    cancel();
    if (outcome) return outcome;
    if (!await settled(running, CLEAN_UP_MS)) this.#abandon(running);
    return stop.aborted ? undefined : failed(timedOut(job));
  }

  #abandon(running: Promise<Outcome>): void {
    this.#abandoned += 1;
    running.finally(() => this.#abandoned -= 1);
  }
}

/** Call a handler; what goes wrong in it is a failure, whatever it is. */
async function attempt(
  run: (context: Context, payload: unknown) => unknown,
  context: Context,
): Promise<Outcome> {
  try {
    const result = toJson(await run(context, context.job.payload));
    return { kind: "succeeded", result, enqueue: context.enqueued };
  } catch (error) {
    return failureOf(error);
  }
}

/** Return how an error ends the attempt; one may stand behind another as its cause. */
function failureOf(error: unknown): Failed {
  for (let each = error, depth = 0; each instanceof Error && depth < DEEPEST_CAUSE; depth++) {
    if (each instanceof Discard) return { ...failed(headline(each)), discard: true };
    if (each instanceof Retry) return { ...failed(headline(each)), retryInMs: each.after };
    each = each.cause;
  }
  return failed(describeFailure(error));
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((done) => {
    if (signal.aborted) done(undefined);
    signal.addEventListener("abort", () => done(undefined), { once: true });
  });
}

function timedOut(job: Job): string {
  return `TimeoutError: cut off after its timeout of ${job.timeoutMs / 1000} s`;
}
