/** The endpoint: to post to and to ask, and `/healthz`. */

import type { Credentials } from "./credentials.ts";
import { log } from "./log.ts";
import { Linger } from "./linger.ts";
import { workerLabel } from "./platform.ts";
import { QueueError } from "./queue.ts";
import type { Registration } from "./registration.ts";
import {
  DISPATCH_HEADER,
  NONCE_HEADER,
  notOurs,
  type Origin,
  parseDispatch,
  parseOrigin,
  parseWish,
  readBody,
  Refusal,
  type Wish,
} from "./request.ts";
import { type Runner, ShuttingDown } from "./runner.ts";
import { answerWithinMs, type Settings } from "./settings.ts";

// Supabase hands the path on with the function's name before it.
const PREFIX = /^(?:\/functions\/v1)?\/job-runner(?=\/|$)/;
const JOBS = ["", "/", "/api/jobs/run"];
const HEALTH = ["/healthz"];

const DISABLED = "JOB_QUEUE_DISABLED";
/** Whoever sets it wants a stop, so whatever does not say no is a yes. */
const ENABLED = ["", "false", "0", "no", "off"];
const DISABLED_RETRY_S = 60;
const UNAVAILABLE_RETRY_S = 5;

type Keep = (work: Promise<unknown>) => void;

export class Endpoint {
  readonly #settings: Settings;
  readonly #runner: Runner;
  readonly #credentials: Credentials;
  readonly #registration: Registration;
  readonly #linger: Linger;
  readonly #keep: Keep;

  constructor(
    settings: Settings,
    runner: Runner,
    credentials: Credentials,
    registration: Registration,
    keep: Keep,
  ) {
    this.#settings = settings;
    this.#runner = runner;
    this.#credentials = credentials;
    this.#registration = registration;
    this.#linger = new Linger(runner, isDisabled, keep);
    this.#keep = keep;
  }

  /** Answer a request and log it, without headers and query. Never throws. */
  async handle(request: Request): Promise<Response> {
    const started = performance.now();
    const path = new URL(request.url).pathname;
    const response = await this.#route(request, path).catch(refused);
    const tookMs = Math.round(performance.now() - started);
    log.info(`${request.method} ${path} ${response.status} ${tookMs} ms`, {
      dispatch: parseDispatch(request.headers.get(DISPATCH_HEADER)) ?? undefined,
      request_id: response.headers.get("x-request-id") ?? undefined,
    });
    return request.method === "HEAD" ? new Response(null, response) : response;
  }

  async #route(request: Request, path: string): Promise<Response> {
    const rest = path.replace(PREFIX, "");
    if (JOBS.includes(rest)) {
      allow(request, "GET", "HEAD", "POST");
      return await this.#jobs(request);
    }
    if (!HEALTH.includes(rest)) throw new Refusal(404, "Not Found");
    allow(request, "GET", "HEAD");
    return Response.json({
      status: isDisabled() ? "disabled" : "ok",
      running: this.#runner.running,
    });
  }

  /** Check the caller first: without the secret nobody learns anything, not even that a body is bad. */
  async #jobs(request: Request): Promise<Response> {
    const body = await this.#authorize(request);
    this.#keep(this.#registration.renew());
    if (request.method !== "POST") return this.#describe();
    if (isDisabled()) throw unavailable("job processing is disabled", DISABLED_RETRY_S);
    const { headers } = request;
    const { batchLimit } = this.#settings;
    const wish = parseWish(
      body ?? await readBody(request),
      headers.get("content-type"),
      batchLimit,
    );
    const sent = headers.get(DISPATCH_HEADER);
    const origin = parseOrigin(sent, headers.get(NONCE_HEADER));
    return await this.#run(wish, workerLabel(parseDispatch(sent)), origin);
  }

  /** Return the body if it had to be read for the signature. Throws Refusal. */
  async #authorize(request: Request): Promise<Uint8Array | undefined> {
    const header = request.headers.get(this.#settings.header);
    if (await this.#credentials.acceptSecret(header)) return undefined;
    if (request.headers.has("webhook-signature")) {
      const body = await readBody(request).catch(() => undefined);
      if (body && await this.#credentials.acceptSignature(request, body)) return body;
    }
    throw new Refusal(401, "unauthorized"); // one and the same, whatever is wrong
  }

  /** Confirm where the post comes from, then claim and run. Asking uses it up, so it comes last. */
  async #run(wish: Wish, worker: string, origin: Origin | null): Promise<Response> {
    const started = performance.now();
    const within = (): number => answerWithinMs(this.#settings) - (performance.now() - started);
    if (origin && !await this.#runner.confirm(origin.dispatch, origin.nonce, within())) {
      log.warning("refused, another database has sent it", { dispatch: String(origin.dispatch) });
      throw notOurs();
    }
    const answer = async (): Promise<Response> => {
      const tally = await this.#runner.run(wish.limit, worker, within());
      return Response.json({
        ...tally.counts(),
        duration_ms: Math.round(performance.now() - started),
      });
    };
    if (!wish.lingerMs) return await answer();
    return await this.#linger.during(wish.lingerMs, wish.limit, worker, answer);
  }

  /** Tell what this worker is and can do, also while it is disabled; claims nothing. */
  #describe(): Response {
    return Response.json({
      worker: `supaops job-runner ${this.#settings.version}`,
      handlers: this.#runner.taskTypes,
      disabled: isDisabled(),
      running: this.#runner.running,
      batch_limit: this.#settings.batchLimit,
      sentry: { enabled: false, dropped: 0, last_error: null },
    });
  }
}

function isDisabled(): boolean {
  return !ENABLED.includes((Deno.env.get(DISABLED) ?? "").trim().toLowerCase());
}

/** Throw Refusal for a method that a path does not have. */
function allow(request: Request, ...methods: string[]): void {
  if (methods.includes(request.method)) return;
  throw new Refusal(405, "Method Not Allowed", { headers: { allow: methods.join(", ") } });
}

function unavailable(reason: string, retryAfterS: number): Refusal {
  return new Refusal(503, reason, { headers: { "retry-after": String(retryAfterS) } });
}

/** Return a refusal's reason; of a defect nothing but that it is one. */
function refused(error: unknown): Response {
  const refusal = asRefusal(error);
  if (!refusal) {
    log.error("internal error", {
      exception: error instanceof Error ? error.stack : String(error),
    });
    return Response.json({ error: "internal error" }, { status: 500 });
  }
  const { status, headers, message, refusedBy } = refusal;
  const body = { error: message, ...(refusedBy ? { refused_by: refusedBy } : {}) };
  return Response.json(body, { status, headers });
}

function asRefusal(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (error instanceof ShuttingDown) return unavailable(error.message, UNAVAILABLE_RETRY_S);
  if (!(error instanceof QueueError)) return undefined;
  log.warning(error.message, { code: error.code || undefined });
  return unavailable("the database is unavailable", UNAVAILABLE_RETRY_S);
}
