/** The log: one JSON object a line, with the keys of the Python worker's. */

import { AsyncLocalStorage } from "node:async_hooks";

export type Level = "debug" | "info" | "warning" | "error";
export type Fields = Readonly<Record<string, unknown>>;

// The platform shows a line's level by the function that wrote it.
const WRITE = {
  debug: console.debug,
  info: console.info,
  warning: console.warn,
  error: console.error,
} as const;

/** Which request and which job the code at hand works for; each line says it. */
const correlation = new AsyncLocalStorage<Fields>();

/** Run a function, and what it starts, with more fields in each of its lines. */
export function correlated<T>(fields: Fields, run: () => T): T {
  return correlation.run({ ...correlation.getStore(), ...fields }, run);
}

export class Logger {
  readonly #logger: string;
  readonly #fields: Fields;

  constructor(logger: string, fields: Fields = {}) {
    this.#logger = logger;
    this.#fields = fields;
  }

  debug(event: string, fields?: Fields): void {
    this.#write("debug", event, fields);
  }

  info(event: string, fields?: Fields): void {
    this.#write("info", event, fields);
  }

  warning(event: string, fields?: Fields): void {
    this.#write("warning", event, fields);
  }

  error(event: string, fields?: Fields): void {
    this.#write("error", event, fields);
  }

  #write(level: Level, event: string, fields: Fields = {}): void {
    const first = { timestamp: new Date().toISOString(), level, logger: this.#logger, event };
    const others = { ...correlation.getStore(), ...this.#fields, ...fields };
    WRITE[level](JSON.stringify({ ...first, ...others, ...first }, printable));
  }
}

export const log = new Logger("supaops.worker");

function printable(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
