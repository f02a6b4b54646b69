/** Your handlers: one for each task type of the YAML. */

import { Handlers } from "../runtime/handlers.ts";
import type { JobPayloads } from "../types.ts";

export const registry = new Handlers<JobPayloads>();

registry.handler("hello", (context, payload) => {
  context.logger.info("greeting");
  return { greeting: `Hello, ${payload.name ?? "world"}!` };
});
