/** What a handler is given beside its payload. */

import { Logger } from "./log.ts";
import type { Job, NewJob } from "./queue.ts";

export interface EnqueueOptions {
  readonly runAt?: Date | string;
  readonly queue?: string;
  readonly priority?: number;
  readonly maxAttempts?: number;
  readonly dedupKey?: string;
  readonly traceparent?: string;
}

/** One attempt at one job. `Payloads` maps task types to what their payloads hold. */
export class Context<Payloads extends object = Record<string, unknown>> {
  readonly job: Job;
  /** When the attempt is cut off. */
  readonly deadline: Date;
  /** Aborted when the attempt is cut off, its lease is lost, or the worker stops. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly #enqueued: NewJob[] = [];

  constructor(job: Job, deadline: Date, signal: AbortSignal) {
    this.job = job;
    this.deadline = deadline;
    this.signal = signal;
    this.logger = new Logger("supaops.worker.job", fieldsOf(job));
  }

  /** Which attempt this is, from 1. */
  get attempt(): number {
    return this.job.attempts;
  }

  get cancelled(): boolean {
    return this.signal.aborted;
  }

  /** Add a job with this one's success, in its transaction, or not at all. */
  enqueue<T extends keyof Payloads & string>(
    taskType: T,
    payload?: Payloads[T],
    options: EnqueueOptions = {},
  ): void {
    const { runAt, queue, priority, maxAttempts, dedupKey } = options;
    const traceparent = options.traceparent ?? this.job.traceparent;
    this.#enqueued.push({
      task_type: taskType,
      ...(payload === undefined ? {} : { payload }),
      ...(runAt === undefined
        ? {}
        : { run_at: runAt instanceof Date ? runAt.toISOString() : runAt }),
      ...(queue === undefined ? {} : { queue }),
      ...(priority === undefined ? {} : { priority }),
      ...(maxAttempts === undefined ? {} : { max_attempts: maxAttempts }),
      ...(dedupKey === undefined ? {} : { dedup_key: dedupKey }),
      ...(traceparent === null ? {} : { traceparent }),
    });
  }

  /** What was enqueued so far. */
  get enqueued(): readonly NewJob[] {
    return [...this.#enqueued];
  }
}

/** Return the fields by which a log names a job. */
export function fieldsOf(job: Job): Record<string, unknown> {
  return { job_id: job.id, task_type: job.taskType, queue: job.queue, attempt: job.attempts };
}
