/** The parts of the function, put together. */

import { createClient } from "@supabase/supabase-js";
import { addBuiltin } from "./builtin.ts";
import { Credentials } from "./credentials.ts";
import { Endpoint } from "./endpoint.ts";
import type { Handlers } from "./handlers.ts";
import { beforeTheEnd, keepAlive, workerName } from "./platform.ts";
import { exactFetch, Queue } from "./queue.ts";
import { Registration } from "./registration.ts";
import { Runner } from "./runner.ts";
import type { Settings } from "./settings.ts";

/** Return what answers requests. Throws when a variable is missing, or a handler of supaops' own is taken. */
export function createWorker(
  registry: unknown,
  settings: Settings,
): (request: Request) => Promise<Response> {
  const handlers = registry as Handlers; // whatever its payloads are: they were checked where it is made
  addBuiltin(handlers);
  const client = createClient(variable("SUPABASE_URL"), variable("SUPABASE_SERVICE_ROLE_KEY"), {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: { fetch: exactFetch },
  });
  const queue = new Queue(client, settings);
  const runner = new Runner(queue, handlers, settings, keepAlive);
  const shared = { ...settings, secret: variable(settings.secretVariable) };
  const credentials = new Credentials(shared, () => queue.knownSecrets());
  const about = { kind: "edge", version: settings.version, runtime: `deno ${Deno.version.deno}` };
  const registration = new Registration(queue, workerName(), handlers.taskTypes, about);
  keepAlive(registration.renew());
  beforeTheEnd((graceMs) => runner.close(graceMs));
  const endpoint = new Endpoint(settings, runner, credentials, registration, keepAlive);
  return (request) => endpoint.handle(request);
}

function variable(name: string): string {
  const value = Deno.env.get(name);
  if (!value) throw new Error(`${name} is not set\n  fix: supabase secrets set ${name}=...`);
  return value;
}
