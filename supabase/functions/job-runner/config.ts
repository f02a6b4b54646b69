// Made from the YAML; do not edit it, but run: supaops render --edge-function
import type { Settings } from "./runtime/settings.ts";

export const config: Settings = {
  version: "0.1.0",
  schema: "public",
  queue: "job_queue",
  header: "x-job-runner-secret",
  secretName: "job_queue_runner_secret",
  secretVariable: "JOB_QUEUE_RUNNER_SECRET",
  replayWindowMs: 300000,
  batchLimit: 10,
  timeoutMs: 5000,
  leaseMs: 300000,
  onDeadline: "continue",
};
