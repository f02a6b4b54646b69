/** Which callers are let in: by the secret, the own one or one of a rotation, or signed. */

import { fromHex, hexDigest, isSame } from "./digests.ts";
import { log } from "./log.ts";
import type { KnownSecret } from "./queue.ts";
import {
  checkAge,
  checkSignature,
  importKey,
  NotSigned,
  Replays,
  type Signed,
} from "./signature.ts";

type Bytes = Uint8Array<ArrayBuffer>;

// How old the knowledge of rotations may be: a stranger must not have the database asked at will.
const STALE_MS = 5000;
const STALE_FOR_STRANGERS_MS = 1000;

/** The parts of the settings that this is about, and the own value of the secret. */
export interface Shared {
  readonly secret: string;
  readonly secretName: string;
  readonly replayWindowMs: number;
}

/**
 * While a secret is rotated the database knows which other value is good, and which one is no
 * longer. Without a database the own value decides. A signature can be checked with the own value
 * alone, since of others the database knows no more than digests.
 */
export class Credentials {
  readonly #shared: Shared;
  readonly #read: () => Promise<readonly KnownSecret[]>;
  readonly #own: Bytes;
  readonly #key: Promise<CryptoKey>;
  readonly #replays = new Replays();
  #known: readonly KnownSecret[] = [];
  #knownAt = -Infinity;
  #reading: Promise<void> | undefined;

  /** `read` returns what the database knows. */
  constructor(shared: Shared, read: () => Promise<readonly KnownSecret[]>) {
    this.#shared = shared;
    this.#read = read;
    this.#own = new TextEncoder().encode(shared.secret);
    this.#key = importKey(shared.secret);
  }

  /** Compare a header with the own value, in constant time, then with those of a rotation. */
  async accept(header: string | null): Promise<boolean> {
    if (!header) return false;
    const given = toBytes(header);
    const isOwn = await isSame(given, this.#own);
    await this.#refresh(isOwn ? STALE_MS : STALE_FOR_STRANGERS_MS);
    const known = await this.#find(given);
    return isOwn ? !known?.is_retired : known?.is_retired === false;
  }

  /** Take a signed call, once in this instance. Throws NotSigned with the reason. */
  async acceptSigned(call: Signed, body: Bytes): Promise<void> {
    await checkSignature(await this.#key, call, body);
    const [nowS, windowS] = [Date.now() / 1000, this.#shared.replayWindowMs / 1000];
    checkAge(call, nowS, windowS);
    await this.#refresh(STALE_MS);
    if ((await this.#find(this.#own))?.is_retired) {
      throw new NotSigned("this worker's secret was rotated out: start it with the new value");
    }
    const taken = `${call.id}.${call.timestamp}.${await hexDigest(body)}`;
    this.#replays.take(taken, call.timestamp + windowS, nowS);
  }

  async #find(value: Bytes): Promise<KnownSecret | undefined> {
    const salt = this.#known[0]?.salt;
    if (salt === undefined) return undefined;
    const name = new TextEncoder().encode(`${this.#shared.secretName}:`);
    const digest = await hexDigest(fromHex(salt), name, value);
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

/** Return a header's bytes as they were sent: a secret may hold more than ASCII. */
function toBytes(header: string): Bytes {
  return Uint8Array.from(header, (each) => each.charCodeAt(0));
}
