/** What a caller may ask of the endpoint: checks of headers and body. */

import { DoubledKey, parseStrictly } from "./json.ts";
import { LONGEST_MS } from "./linger.ts";

export const MAX_BODY_BYTES = 16 * 1024;
export const DISPATCH_HEADER = "x-supaops-dispatch";
export const NONCE_HEADER = "x-supaops-nonce";

const DISPATCH = /^[0-9]{1,19}$/;
const NONCE = /^[!-~]{1,200}$/;
const CHARSET = /charset\s*=\s*"?([^\s";]*)/g;
const GREATEST_ID = 2n ** 63n - 1n;

/** A request that is answered with a reason. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly refusedBy: string | undefined;

  constructor(
    status: number,
    reason: string,
    options: { headers?: Record<string, string>; refusedBy?: string } = {},
  ) {
    super(reason);
    this.status = status;
    this.headers = options.headers ?? {};
    this.refusedBy = options.refusedBy;
  }
}

/** The post was sent by another database than the one whose jobs run here. */
export function notOurs(): Refusal {
  const reason = "this call does not come from the database of this worker";
  return new Refusal(409, reason, { refusedBy: "clone_guard" });
}

/** What a post asks for: jobs at once, and how long to look for more; 0 is not at all. */
export interface Wish {
  readonly limit: number;
  readonly lingerMs: number;
}

/** Which post of a database a call claims to be, for that database to confirm. */
export interface Origin {
  readonly dispatch: bigint;
  readonly nonce: string;
}

/** Read the body, and stop where it gets too long. Throws Refusal. */
export async function readBody(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const body = new Uint8Array(MAX_BODY_BYTES);
  let length = 0;
  try {
    for await (const chunk of request.body ?? []) {
      if (length + chunk.length > MAX_BODY_BYTES) {
        throw new Refusal(413, `the body is longer than ${MAX_BODY_BYTES} bytes`);
      }
      body.set(chunk, length);
      length += chunk.length;
    }
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(400, "the body broke off");
  }
  return body.slice(0, length);
}

/** Return what the body asks for; unknown keys are ignored, more than `maximum` is served as that. */
export function parseWish(body: Uint8Array, contentType: string | null, maximum: number): Wish {
  if (body.length === 0) return { limit: maximum, lingerMs: 0 };
  if (!isJson(contentType)) throw new Refusal(415, "the content type must be application/json");
  const wishes = decode(body);
  const limit = integer(wishes, "limit", { absent: maximum, least: 1 });
  const lingerMs = integer(wishes, "linger_ms", { absent: 0, least: 0 });
  return { limit: Math.min(limit, maximum), lingerMs: Math.min(lingerMs, LONGEST_MS) };
}

/** Return the dispatch id that the database sent along, or null for anything but digits. */
export function parseDispatch(header: string | null): string | null {
  return header && DISPATCH.test(header) ? header : null;
}

/** Return what is to be confirmed; null for a call that says nothing of it. Throws Refusal. */
export function parseOrigin(dispatch: string | null, nonce: string | null): Origin | null {
  if (!nonce) return null;
  const number = BigInt(parseDispatch(dispatch) ?? GREATEST_ID + 1n);
  if (number > GREATEST_ID || !NONCE.test(nonce)) throw notOurs();
  return { dispatch: number, nonce };
}

/** Tell whether a body is JSON in UTF-8, in which alone it is exchanged (RFC 8259, 8.1). */
function isJson(contentType: string | null): boolean {
  const [kind, ...parameters] = (contentType ?? "").toLowerCase().split(";");
  const charsets = parameters.join(";").matchAll(CHARSET);
  return kind!.trim() === "application/json" &&
    [...charsets].every((each) => each[1] === "utf-8" || each[1] === "utf8");
}

function decode(body: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseStrictly(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body));
  } catch (error) {
    const isDoubled = error instanceof DoubledKey;
    throw new Refusal(400, isDoubled ? "the body names a key twice" : "the body is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Refusal(400, "the body must be a JSON object");
  }
  return value as Record<string, unknown>;
}

function integer(
  wishes: Record<string, unknown>,
  key: string,
  { absent, least }: { absent: number; least: number },
): number {
  if (!Object.hasOwn(wishes, key)) return absent;
  const value = wishes[key];
  if (typeof value !== "number" || Number.isNaN(value)) {
    throw new Refusal(400, `${key} must be an integer`);
  }
  if (value < least) throw new Refusal(400, `${key} must be at least ${least}`);
  return value;
}
