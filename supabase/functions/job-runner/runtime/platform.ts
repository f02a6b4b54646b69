/** What Supabase's runtime has and a plain Deno has not, and the other way round. */

import { log } from "./log.ts";

interface EdgeRuntime {
  waitUntil(work: Promise<unknown>): void;
}

const edge = (globalThis as { EdgeRuntime?: EdgeRuntime }).EdgeRuntime;

/** Tell the platform that work goes on after the answer; a plain Deno goes on anyway. */
export function keepAlive(work: Promise<unknown>): void {
  edge?.waitUntil(work);
}

/** Return who this is in a job's `worker`: the function, its region and its instance. */
export function workerLabel(dispatch: string | null): string {
  const region = Deno.env.get("SB_REGION") ?? "local";
  const instance = Deno.env.get("SB_EXECUTION_ID") ?? String(Deno.pid);
  const label = `job-runner.${region}:${instance}`;
  return dispatch ? `${label}#${dispatch}` : label;
}

/** Return the name under which all instances of a region are registered as one worker. */
export function workerName(): string {
  return `job-runner.${Deno.env.get("SB_REGION") ?? "local"}`;
}

/** Call a function before the platform ends this instance; under a plain Deno at SIGTERM and SIGINT. */
export function beforeTheEnd(stop: (graceMs: number) => Promise<void>): void {
  addEventListener("beforeunload", (event) => {
    const reason = (event as CustomEvent<{ reason?: string } | null>).detail?.reason;
    log.info(`the platform ends this instance: ${reason ?? "no reason given"}`);
    keepAlive(stop(0));
  });
  if (edge) return;
  let stopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => {
      if (stopping) return;
      stopping = true;
      stop(GRACE_MS).finally(() => Deno.exit(0));
    });
  }
}

/** What running jobs get at a stop under a plain Deno, before they are given back. */
const GRACE_MS = 15_000;
