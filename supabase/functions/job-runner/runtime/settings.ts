/** What the YAML says that the function has to know; `config.ts` is made from it. */

export interface Settings {
  /** Of the supaops that this function is part of. */
  readonly version: string;
  readonly schema: string;
  /** The prefix of the queue's SQL functions. */
  readonly queue: string;
  readonly header: string;
  /** The secret's name in Vault, and the variable that holds its value here. */
  readonly secretName: string;
  readonly secretVariable: string;
  readonly replayWindowMs: number;
  readonly batchLimit: number;
  /** What pg_net waits for an answer. */
  readonly timeoutMs: number;
  readonly leaseMs: number;
  readonly onDeadline: "continue" | "give_back";
}

/** Of what pg_net waits for; the rest is for the network and for a slow commit. */
const ANSWER_SHARE = 0.8;

/** Return by when the endpoint answers, jobs done or not. */
export function answerWithinMs(settings: Settings): number {
  return settings.timeoutMs * ANSWER_SHARE;
}
