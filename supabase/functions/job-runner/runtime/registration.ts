/** Tell the database from time to time which task types there is a handler for. */

import { log } from "./log.ts";
import type { Queue } from "./queue.ts";

const EVERY_MS = 60_000;

export class Registration {
  readonly #queue: Queue;
  readonly #worker: string;
  readonly #handlers: readonly string[];
  readonly #about: Record<string, unknown>;
  #renewedAt = -Infinity;

  constructor(
    queue: Queue,
    worker: string,
    handlers: readonly string[],
    about: Record<string, unknown>,
  ) {
    this.#queue = queue;
    this.#worker = worker;
    this.#handlers = handlers;
    this.#about = about;
  }

  /** Register, at the start and again if the last time was a minute ago. Never throws: jobs do not depend on it. */
  async renew(): Promise<void> {
    if (performance.now() - this.#renewedAt < EVERY_MS) return;
    this.#renewedAt = performance.now();
    try {
      await this.#queue.register(this.#worker, this.#handlers, this.#about);
    } catch (error) {
      log.info(`not registered: ${(error as Error).message}`);
    }
  }
}
