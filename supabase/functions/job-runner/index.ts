/** The worker of the job queue as an Edge Function; see supaops' docs/explanation/edge-function.md. */

import { config } from "./config.ts";
import { registry } from "./handlers/index.ts";
import { createWorker } from "./runtime/worker.ts";

Deno.serve(createWorker(registry, config));
