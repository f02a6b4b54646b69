/** The handler that supaops brings itself. */

import type { Handlers } from "./handlers.ts";

const SMOKE = "supaops_smoke";

/** Add it. Throws when there is one already. */
export function addBuiltin(handlers: Handlers): void {
  handlers.handler(SMOKE, (context, payload) => {
    context.logger.info("smoke test");
    return (payload as { correlation_id?: unknown } | null)?.correlation_id;
  });
}
