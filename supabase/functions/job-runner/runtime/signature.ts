/** Signed calls: the headers of Standard Webhooks (standardwebhooks.com), and what is made of them. */

import { DISPATCH_HEADER, NONCE_HEADER } from "./request.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const ALGORITHM = { name: "HMAC", hash: "SHA-256" } as const;
/** Two while a secret is rotated; the bound is on what a stranger can have compared. */
const MOST_SIGNATURES = 10;
const VERSION = "v1,";
const ID = /^[!-\-/-~]{1,200}$/; // printable, without the dot that ends it
const TIMESTAMP = /^[0-9]{1,12}$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)$/;
const KEY_PREFIX = "whsec_";
const OF_A_POST = /^([0-9]+)(?:_(.+))?$/;
const OF_A_GET = "get_";

/** A signature does not let a call in; the message is for the log, and holds no value. */
export class NotSigned extends Error {}

/** What a call says of its signature. */
export interface Signed {
  readonly id: string;
  readonly timestamp: number;
  readonly signatures: readonly string[];
}

/** Return what the headers say; undefined when none is a signature's. Throws NotSigned. */
export function parseSigned(headers: Headers): Signed | undefined {
  const signatures = headers.get("webhook-signature");
  if (signatures === null) return undefined;
  const [id, timestamp] = [headers.get("webhook-id") ?? "", headers.get("webhook-timestamp") ?? ""];
  if (!ID.test(id) || !TIMESTAMP.test(timestamp)) {
    throw new NotSigned("webhook-id or webhook-timestamp is missing or malformed");
  }
  const mine = signatures.split(" ").filter((each) => each.startsWith(VERSION));
  return { id, timestamp: Number(timestamp), signatures: mine.slice(0, MOST_SIGNATURES) };
}

/** Import the key that a secret stands for: the base64 after `whsec_`, or its own bytes. */
export async function importKey(secret: string): Promise<CryptoKey> {
  const rest = secret.startsWith(KEY_PREFIX) ? secret.slice(KEY_PREFIX.length) : "";
  const bytes = BASE64.test(rest) ? fromBase64(rest) : new TextEncoder().encode(secret);
  return await crypto.subtle.importKey("raw", bytes, ALGORITHM, false, ["verify"]);
}

/** Throw NotSigned unless one of the signatures is the key's; WebCrypto compares in constant time. */
export async function checkSignature(key: CryptoKey, call: Signed, body: Bytes): Promise<void> {
  const head = new TextEncoder().encode(`${call.id}.${call.timestamp}.`);
  const message = new Uint8Array([...head, ...body]);
  const texts = call.signatures.map((each) => each.slice(VERSION.length));
  const given = texts.filter((each) => BASE64.test(each)).map(fromBase64);
  const good = given.map((each) => crypto.subtle.verify(ALGORITHM, key, each, message));
  if (!(await Promise.all(good)).includes(true)) {
    throw new NotSigned("the signature was made with another secret, or for another body");
  }
}

/** Refuse what is too old, or from the future. Throws NotSigned that tells by how much. */
export function checkAge(call: Signed, nowS: number, windowS: number): void {
  const age = Math.round(nowS - call.timestamp);
  if (Math.abs(nowS - call.timestamp) <= windowS) return;
  const how = age < 0 ? `${-age} s ahead of this clock` : `${age} s ago by this clock`;
  const why = age < 0 ? "" : ", or the post waited for long in pg_net";
  throw new NotSigned(
    `signed ${how}, more than worker.replay_window (${windowS} s): ` +
      `the clocks of database and worker differ${why}`,
  );
}

/**
 * Refuse a signature that was made for another call than this one. Throws NotSigned.
 *
 * The id of the database's posts names the dispatch and the nonce, so nobody can take the nonce off
 * a post that is read in pg_net's queue, or put it on another.
 */
export function checkUse(call: Signed, request: Request): void {
  if ((request.method !== "POST") !== call.id.startsWith(OF_A_GET)) {
    throw new NotSigned("the signature is for another method");
  }
  const post = OF_A_POST.exec(call.id);
  const [dispatch, nonce] = [DISPATCH_HEADER, NONCE_HEADER].map((each) =>
    request.headers.get(each)
  );
  if (post && (post[1] !== (dispatch ?? "") || (post[2] ?? "") !== (nonce ?? ""))) {
    throw new NotSigned("the dispatch or its nonce is another one than what was signed");
  }
}

/** Remember which calls were taken, for as long as they would be good. */
export class Replays {
  readonly #most: number;
  readonly #untilS = new Map<string, number>();

  /** `most` is how many are remembered; beyond that the first one is forgotten. */
  constructor(most = 10_000) {
    this.#most = most;
  }

  /** Take a call, once. Throws NotSigned for one that was taken before. */
  take(call: string, untilS: number, nowS: number): void {
    for (const [each, until] of this.#untilS) {
      if (until >= nowS && this.#untilS.size < this.#most) break;
      this.#untilS.delete(each);
    }
    if (this.#untilS.has(call)) throw new NotSigned("the same call was taken before");
    this.#untilS.set(call, untilS);
  }
}

function fromBase64(text: string): Bytes {
  return Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
}
