/** The endpoint: to post to and to ask, and `/healthz`. */

import type { Credentials } from "./credentials.ts";
import { correlated, type Fields, log, Logger } from "./log.ts";
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
import { checkUse, NotSigned, parseSigned, type Signed } from "./signature.ts";
import { answerWithinMs, type Settings } from "./settings.ts";

// Supabase hands the path on with the function's name before it.
const PREFIX = /^(?:\/functions\/v1)?\/job-runner(?=\/|$)/;
const JOBS = ["", "/", "/api/jobs/run"];
const HEALTH = ["/healthz"];

const DISABLED = "JOB_QUEUE_DISABLED";
/** Whoever sets it wants a stop, so whatever does not say no is a yes. */
const ENABLED = ["", "false", "0", "no", "off"];
const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;
const STRANGER = "a call was refused with 401: neither secret nor signature";
const WRONG = "a call was refused with 401: the secret is wrong, and no signature";
const DISABLED_RETRY_S = 60;
const UNAVAILABLE_RETRY_S = 5;

const accessLog = new Logger("supaops.worker.access");

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
  handle(request: Request): Promise<Response> {
    return correlated(callFields(request), async () => {
      const started = performance.now();
      const path = new URL(request.url).pathname;
      const response = await this.#route(request, path).catch(refused);
      const took = performance.now() - started;
      const fields = { status: response.status, duration_ms: Math.round(10 * took) / 10 };
      accessLog.info(`${request.method} ${path} ${response.status} ${Math.round(took)} ms`, fields);
      return request.method === "HEAD" ? new Response(null, response) : response;
    });
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
    const body = await this.#admit(request);
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

  /** Let a call in by its secret, or else by its signature; return the body where it was read. */
  async #admit(request: Request): Promise<Uint8Array | undefined> {
    const given = request.headers.get(this.#settings.header);
    if (await this.#credentials.accept(given)) return undefined;
    try {
      const call = parseSigned(request.headers);
      if (call) return await this.#signed(request, call);
      if (given) log.warning(WRONG);
      else log.info(STRANGER);
    } catch (error) {
      if (!(error instanceof NotSigned)) throw error;
      log.warning(`a call was refused with 401: ${error.message}`);
    }
    throw new Refusal(401, "unauthorized"); // one and the same, whatever is wrong
  }

  /** Return the body of a call, once its signature is found to be good for it. Throws NotSigned. */
  async #signed(request: Request, call: Signed): Promise<Uint8Array> {
    checkUse(call, request);
    const body = await readBody(request).catch((error: Refusal) => {
      throw new NotSigned(error.message);
    });
    await this.#credentials.acceptSigned(call, body);
    return body;
  }

  /** Confirm where the post comes from, then claim and run. Asking uses it up, so it comes last. */
  async #run(wish: Wish, worker: string, origin: Origin | null): Promise<Response> {
    const started = performance.now();
    const within = (): number => answerWithinMs(this.#settings) - (performance.now() - started);
    if (origin && !await this.#runner.confirm(origin.dispatch, origin.nonce, within())) {
      log.warning(`dispatch ${origin.dispatch}: refused, another database has sent it`);
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
    });
  }
}

/** Return the caller's ids; one that is not plain would let a stranger write into the log. */
function callFields(request: Request): Fields {
  const given = request.headers.get("x-request-id") ?? "";
  const request_id = REQUEST_ID.test(given) ? given : crypto.randomUUID().replaceAll("-", "");
  const dispatch = parseDispatch(request.headers.get(DISPATCH_HEADER));
  return { worker: workerLabel(null), request_id, ...(dispatch ? { dispatch } : {}) };
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
