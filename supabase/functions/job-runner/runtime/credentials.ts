/** Which callers are let in: who sends a good value of the secret, or has signed with the own one. */

import { log } from "./log.ts";
import type { KnownSecret } from "./queue.ts";
import { DISPATCH_HEADER, NONCE_HEADER } from "./request.ts";
import { importKey, isSigned } from "./signature.ts";

// How old the knowledge of rotations may be: a stranger must not have the database asked at will.
const STALE_MS = 5000;
const STALE_FOR_STRANGERS_MS = 1000;
const MOST_REMEMBERED = 10_000;
const POSTED_ID = /^([0-9]{1,19})(?:_(.+))?$/;
const DESCRIPTION_ID = "get_";

/** The parts of the settings that this is about, and the own value of the secret. */
export interface Shared {
  readonly secret: string;
  readonly secretName: string;
  readonly replayWindowMs: number;
}

export class Credentials {
  readonly #shared: Shared;
  readonly #read: () => Promise<readonly KnownSecret[]>;
  readonly #own: Uint8Array<ArrayBuffer>;
  readonly #key: Promise<CryptoKey>;
  readonly #taken = new Map<string, number>();
  #known: readonly KnownSecret[] = [];
  #knownAt = -Infinity;
  #reading: Promise<void> | undefined;

  /** `read` returns which values the database knows; without an answer the own value decides. */
  constructor(shared: Shared, read: () => Promise<readonly KnownSecret[]>) {
    this.#shared = shared;
    this.#read = read;
    this.#own = new TextEncoder().encode(shared.secret);
    this.#key = importKey(shared.secret);
  }

  /** Compare a header with the own value, in constant time, then with those of a rotation. */
  async acceptSecret(header: string | null): Promise<boolean> {
    if (!header) return false;
    const given = toBytes(header);
    const isOwn = await isSame(given, this.#own);
    await this.#refresh(isOwn ? STALE_MS : STALE_FOR_STRANGERS_MS);
    const known = await this.#find(given);
    return isOwn ? !known?.is_retired : known !== undefined && !known.is_retired;
  }

  /** Verify a signature, its age, and that it was not taken before. */
  async acceptSignature(request: Request, body: Uint8Array<ArrayBuffer>): Promise<boolean> {
    const [id, timestamp, signatures] = ["id", "timestamp", "signature"]
      .map((each) => request.headers.get(`webhook-${each}`) ?? "") as [string, string, string];
    if (!/^[0-9]{1,12}$/.test(timestamp) || !belongs(id, request)) return false;
    if (!await isSigned(await this.#key, { id, timestamp, signatures, body })) return false;
    const aheadMs = Number(timestamp) * 1000 - Date.now();
    if (Math.abs(aheadMs) > this.#shared.replayWindowMs) {
      log.warning(`a signed call was refused: its clock is ${Math.round(aheadMs / 1000)} s ahead`);
      return false;
    }
    await this.#refresh(STALE_MS);
    if ((await this.#find(this.#own))?.is_retired) {
      log.warning("a signed call was refused: this worker's value of the secret is retired");
      return false;
    }
    return this.#take(`${id}.${timestamp}.${await hexDigest(body)}`);
  }

  /** Remember a call for as long as it could come again; false when it came before. */
  #take(call: string): boolean {
    const now = performance.now();
    for (const [each, until] of this.#taken) {
      if (until > now && this.#taken.size < MOST_REMEMBERED) break;
      this.#taken.delete(each);
    }
    if (this.#taken.has(call)) {
      log.warning("a signed call was refused: it came before");
      return false;
    }
    this.#taken.set(call, now + 2 * this.#shared.replayWindowMs);
    return true;
  }

  async #find(value: Uint8Array<ArrayBuffer>): Promise<KnownSecret | undefined> {
    const salt = this.#known[0]?.salt;
    if (salt === undefined) return undefined;
    const name = new TextEncoder().encode(`${this.#shared.secretName}:`);
    const digest = await hexDigest(new Uint8Array([...fromHex(salt), ...name, ...value]));
    return this.#known.find((each) => each.digest === digest);
  }

  async #refresh(staleMs: number): Promise<void> {
    await this.#reading;
    if (performance.now() - this.#knownAt < staleMs) return;
    this.#knownAt = performance.now();
    this.#reading = this.#ask();
    await this.#reading;
  }

  async #ask(): Promise<void> {
    try {
      this.#known = await this.#read();
    } catch (error) {
      log.warning(`rotations of the secret are not known: ${(error as Error).message}`);
    }
  }
}

/** Tell whether an id may come with this request: it ties the headers that are not signed to it. */
function belongs(id: string, request: Request): boolean {
  const isPost = request.method === "POST";
  if (id.startsWith(DESCRIPTION_ID) || !isPost) return id.startsWith(DESCRIPTION_ID) && !isPost;
  const posted = POSTED_ID.exec(id);
  if (!posted) return id !== "";
  const [dispatch, nonce] = [
    request.headers.get(DISPATCH_HEADER),
    request.headers.get(NONCE_HEADER),
  ];
  return posted[1] === dispatch && (posted[2] ?? null) === nonce;
}

/** Return a header's bytes as they were sent: a secret may hold more than ASCII. */
function toBytes(header: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(header, (each) => each.charCodeAt(0));
}

/** Compare digests, so that neither length nor content shows in the time it takes. */
async function isSame(
  one: Uint8Array<ArrayBuffer>,
  other: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const [a, b] = await Promise.all(
    [one, other].map((each) => crypto.subtle.digest("SHA-256", each)),
  );
  const [left, right] = [new Uint8Array(a!), new Uint8Array(b!)];
  return left.reduce((sum, each, index) => sum | (each ^ right[index]!), 0) === 0;
}

async function hexDigest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (each) => each.toString(16).padStart(2, "0")).join("");
}

function fromHex(text: string): number[] {
  return (text.match(/../g) ?? []).map((each) => parseInt(each, 16));
}
