/** The queue as the function sees it, through the project's Data API. */

import type { SupabaseClient } from "@supabase/supabase-js";
import { parseJson, portable, toJson } from "./json.ts";
import { intervalMs, toInterval } from "./interval.ts";
import type { Outcome } from "./outcome.ts";
import type { Settings } from "./settings.ts";

/** A claimed job. `attempts` counts this one, from 1; all jobs of a claim share their lease. */
export interface Job {
  readonly id: number;
  readonly taskType: string;
  readonly queue: string;
  readonly payload: unknown;
  readonly priority: number;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly leaseId: number;
  readonly leaseExpiresAt: string;
  readonly timeoutMs: number;
  readonly runAt: string;
  readonly createdAt: string;
  readonly traceparent: string | null;
}

/** A job to be added: the arguments of `job_queue_enqueue`; what is left out takes its default. */
export interface NewJob {
  readonly task_type: string;
  readonly payload?: unknown;
  readonly run_at?: string;
  readonly queue?: string;
  readonly priority?: number;
  readonly max_attempts?: number;
  readonly dedup_key?: string;
  readonly traceparent?: string;
}

export interface Report {
  readonly job: Job;
  readonly outcome: Outcome;
}

/** The answer of an exchange: what it claimed, and what became of the reports. */
export interface Exchanged {
  readonly jobs: readonly Job[];
  /** Reported jobs whose lease is lost. */
  readonly refused: ReadonlySet<number>;
  /** Of each failure that was accepted: the status that it led to. */
  readonly statuses: ReadonlyMap<number, string>;
}

/** A value of the secret that was rotated in or out. */
export interface KnownSecret {
  readonly salt: string;
  readonly digest: string;
  readonly is_retired: boolean;
}

/** The database said no, or cannot be asked at all; `away` when trying again may help. */
export class QueueError extends Error {
  readonly away: boolean;
  readonly code: string;

  constructor(message: string, options: { away: boolean; code?: string }) {
    super(message);
    this.away = options.away;
    this.code = options.code ?? "";
  }
}

interface Row {
  readonly [column: string]: unknown;
}

// Statuses of a proxy, codes of PostgREST without a connection, and classes of SQLSTATE.
const AWAY_STATUS = new Set([0, 502, 503, 504]);
const AWAY_CODE = /^(?:PGRST00[0-3]|08...|53...|57P..|40001|40P01|55P03)$/;
const UNKNOWN_FUNCTION = new Set(["PGRST202", "42883"]);
const MISSING_SERVICE = "the Data API cannot be reached";

/** Every method throws QueueError. */
export class Queue {
  readonly #client: SupabaseClient;
  readonly #settings: Settings;

  constructor(client: SupabaseClient, settings: Settings) {
    this.#client = client;
    this.#settings = settings;
  }

  /** Use up the nonce of a post; false when it does not come from the queue's database. */
  async confirm(dispatch: bigint, nonce: string): Promise<boolean> {
    return await this.#call("confirm", { dispatch_id: String(dispatch), nonce }) === true;
  }

  /** Report how jobs ended and claim up to `limit` others, in one round trip and one commit. */
  async exchange(reports: readonly Report[], limit: number, worker: string): Promise<Exchanged> {
    const rows = await this.#call("exchange", {
      done: reports.map(doneReport).filter((each) => each !== null),
      failed: reports.map(failureReport).filter((each) => each !== null),
      limit,
      worker,
      lease: toInterval(this.#settings.leaseMs),
    }) as Row[];
    try {
      return exchanged(rows);
    } catch (error) {
      const message = `the answer cannot be read: ${(error as Error).message}`;
      throw new QueueError(message, { away: false });
    }
  }

  /** Extend a lease from now; return the ids of its jobs that it no longer holds. */
  async heartbeat(leaseId: number): Promise<ReadonlySet<number>> {
    const lease = toInterval(this.#settings.leaseMs);
    return new Set(await this.#call("heartbeat", { lease_id: leaseId, lease }) as number[] | null);
  }

  /** Return unfinished jobs at once, their attempt uncounted; the ids of those that were. */
  async giveBack(leaseId: number, jobIds: readonly number[]): Promise<ReadonlySet<number>> {
    const given = await this.#call("give_back", { lease_id: leaseId, job_ids: jobIds });
    return new Set(given as number[] | null);
  }

  /** Tell the database which task types there is a handler for. */
  async register(worker: string, handlers: readonly string[], about: Row): Promise<void> {
    await this.#call("register_worker", { worker, handlers, about });
  }

  /** Return which values of the secret were rotated in or out; none where it cannot be known. */
  async knownSecrets(): Promise<readonly KnownSecret[]> {
    try {
      return await this.#call("known_secrets", {
        secret: this.#settings.secretName,
      }) as KnownSecret[];
    } catch (error) {
      if (error instanceof QueueError && UNKNOWN_FUNCTION.has(error.code)) return [];
      throw error;
    }
  }

  async #call(verb: string, parameters: Row): Promise<unknown> {
    const { schema, queue, timeoutMs } = this.#settings;
    const { data, error, status } = await this.#client
      .schema(schema)
      .rpc(`${queue}_${verb}`, parameters)
      .abortSignal(AbortSignal.timeout(timeoutMs));
    if (!error) return typeof data === "string" ? parseJson(data) : data;
    const away = AWAY_STATUS.has(status) || AWAY_CODE.test(error.code ?? "");
    const message = error.code ? error.message : MISSING_SERVICE;
    throw new QueueError(message, { away, code: error.code ?? "" });
  }
}

/** Fetch whose JSON arrives as one string: supabase-js would round the integers beyond 2^53. */
export async function exactFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  const isJson = response.headers.get("content-type")?.includes("json");
  if (!response.ok || response.status === 204 || !isJson) return response;
  const { status, statusText } = response;
  const text = await response.text();
  return new Response(JSON.stringify(text), {
    status,
    statusText,
    headers: { "content-type": "application/json" },
  });
}

/** Return the answer of an exchange: the first row is that to the reports. Throws TypeError. */
function exchanged([answer, ...jobs]: Row[]): Exchanged {
  const statuses = (answer!.statuses ?? []) as { id: number; status: string }[];
  return {
    jobs: jobs.map(jobOf),
    refused: new Set(answer!.refused as number[]),
    statuses: new Map(statuses.map((each) => [each.id, each.status])),
  };
}

function doneReport({ job, outcome }: Report): Row | null {
  if (outcome.kind !== "succeeded") return null;
  const { result, enqueue } = outcome;
  return {
    job_id: job.id,
    lease_id: job.leaseId,
    ...(result === null ? {} : { result: portable(result) }),
    ...(enqueue.length ? { enqueue: portable(toJson(enqueue)!) } : {}),
  };
}

function failureReport({ job, outcome }: Report): Row | null {
  if (outcome.kind !== "failed") return null;
  const { error, retryInMs, discard } = outcome;
  return {
    job_id: job.id,
    lease_id: job.leaseId,
    error,
    ...(retryInMs === null ? {} : { retry_in: toInterval(retryInMs) }),
    ...(discard ? { discard } : {}),
  };
}

function jobOf(row: Row): Job {
  return {
    id: row.id as number,
    taskType: row.task_type as string,
    queue: row.queue as string,
    payload: row.payload,
    priority: row.priority as number,
    attempts: row.attempts as number,
    maxAttempts: row.max_attempts as number,
    leaseId: row.lease_id as number,
    leaseExpiresAt: row.lease_expires_at as string,
    timeoutMs: intervalMs(row.timeout as string),
    runAt: row.run_at as string,
    createdAt: row.created_at as string,
    traceparent: (row.traceparent ?? null) as string | null,
  };
}
