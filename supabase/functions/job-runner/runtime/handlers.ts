/** The registry: which function does the jobs of which task type. */

import type { Context } from "./context.ts";
import { Discard } from "./outcome.ts";

export { Context, type EnqueueOptions } from "./context.ts";
export { Discard, Retry } from "./outcome.ts";

/** What it returns becomes the job's `result`; what it throws fails the attempt. */
export type HandlerFunction<Payloads extends object, Payload> = (
  context: Context<Payloads>,
  payload: Payload,
) => unknown;

/** A schema of any library that keeps to https://standardschema.dev: zod, valibot, arktype. */
export interface StandardSchema<Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => Validation<Output> | Promise<Validation<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

type Validation<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly Issue[] };

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

export interface HandlerOptions<Output> {
  /** Checked before each attempt; a payload that breaks it fails the job without retries. */
  readonly payload?: StandardSchema<Output>;
}

type Run = (context: Context, payload: unknown) => unknown;

/** Handlers by task type; `Payloads` comes from `supaops types`. */
export class Handlers<Payloads extends object = Record<string, unknown>> {
  readonly #byType = new Map<string, Run>();

  /** Register a function. Throws when the task type has one already. */
  handler<T extends keyof Payloads & string>(
    taskType: T,
    run: HandlerFunction<Payloads, Payloads[T]>,
  ): this;
  handler<T extends keyof Payloads & string, Payload = Payloads[T]>(
    taskType: T,
    options: HandlerOptions<Payload>,
    run: HandlerFunction<Payloads, Payload>,
  ): this;
  handler(taskType: string, ...rest: unknown[]): this {
    if (this.#byType.has(taskType)) {
      throw new Error(`task type '${taskType}' already has a handler`);
    }
    const run = rest.at(-1) as Run;
    const schema = rest.length > 1 ? (rest[0] as HandlerOptions<unknown>).payload : undefined;
    this.#byType.set(taskType, schema ? checking(schema, run) : run);
    return this;
  }

  get(taskType: string): Run | undefined {
    return this.#byType.get(taskType);
  }

  get taskTypes(): string[] {
    return [...this.#byType.keys()].sort();
  }
}

/** Thrown before the handler: paths and reasons, never a value. */
export class InvalidPayload extends Discard {}

function checking(schema: StandardSchema, run: Run): Run {
  return async (context, payload) => await run(context, await checked(schema, payload));
}

async function checked(schema: StandardSchema, payload: unknown): Promise<unknown> {
  const validation = await schema["~standard"].validate(payload);
  if (!validation.issues) return validation.value;
  const issues = validation.issues.map(({ message, path }) => `${pathOf(path)}: ${message}`);
  throw new InvalidPayload(issues.join("; "));
}

/** Return `$.games[0].id`, as the database writes a path. */
function pathOf(path: Issue["path"]): string {
  const keys = (path ?? []).map((each) => typeof each === "object" ? each.key : each);
  const steps = keys.map((each) => typeof each === "number" ? `[${each}]` : `.${String(each)}`);
  return `$${steps.join("")}`;
}
