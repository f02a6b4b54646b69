/** The log: one JSON object a line, with the keys of the Python worker's. */

export type Level = "debug" | "info" | "warning" | "error";
export type Fields = Readonly<Record<string, unknown>>;

// The platform shows a line's level by the function that wrote it.
const WRITE = {
  debug: console.debug,
  info: console.info,
  warning: console.warn,
  error: console.error,
} as const;

export class Logger {
  readonly #logger: string;
  readonly #fields: Fields;

  constructor(logger: string, fields: Fields = {}) {
    this.#logger = logger;
    this.#fields = fields;
  }

  /** Return a logger whose lines hold these fields too. */
  with(fields: Fields, logger: string = this.#logger): Logger {
    return new Logger(logger, { ...this.#fields, ...fields });
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
    const head = { timestamp: new Date().toISOString(), level, logger: this.#logger, event };
    WRITE[level](JSON.stringify({ ...this.#fields, ...fields, ...head }, printable));
  }
}

export const log = new Logger("supaops.worker");

function printable(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
