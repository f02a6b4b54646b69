/** JSON whose integers stay exact: those that a `number` cannot hold are `bigint`. */

interface Source {
  readonly source: string;
}
type Reviver = (this: unknown, key: string, value: unknown, context: Source) => unknown;

// TypeScript's library does not know these two yet; every V8 since 11.4 does.
const exact = JSON as unknown as {
  parse(text: string, reviver: Reviver): unknown;
  rawJSON(text: string): unknown;
};
const INTEGER = /^-?[0-9]+$/;
const STRING_OR_KEY = /"(?:[^"\\]|\\.)*"(?:\s*:)?/g;

/**
 * Parse JSON; an integer beyond 2^53 becomes a `bigint`. Throws SyntaxError.
 *
 * What is nested too deep for that is parsed all the same, its integers rounded: one job must not
 * spoil the claim of others.
 */
export function parseJson(text: string): unknown {
  try {
    return exact.parse(
      text,
      (_key, value, { source }) => isInexact(value, source) ? BigInt(source) : value,
    );
  } catch (error) {
    if (error instanceof RangeError) return JSON.parse(text);
    throw error;
  }
}

/** Parse JSON text into what `JSON.stringify` writes back digit by digit. Throws SyntaxError. */
export function portable(text: string): unknown {
  return exact.parse(
    text,
    (_key, value, { source }) => isInexact(value, source) ? exact.rawJSON(source) : value,
  );
}

/** A key comes twice in an object: nobody knows which one was meant. */
export class DoubledKey extends Error {}

/**
 * Parse JSON strictly; a number that is not written as an integer becomes NaN.
 *
 * Throws SyntaxError, RangeError for what is nested too deep, DoubledKey.
 */
export function parseStrictly(text: string): unknown {
  let keys = -1; // the root comes as the value of a key, too
  const parsed = exact.parse(text, function (_key, value, { source }): unknown {
    keys += Array.isArray(this) ? 0 : 1;
    return typeof value === "number" && !INTEGER.test(source) ? NaN : value;
  });
  const written = text.match(STRING_OR_KEY)?.filter((each) => each.endsWith(":")).length ?? 0;
  if (written > keys) throw new DoubledKey();
  return parsed;
}

/** Return a value as JSON text, null for nothing. Throws TypeError for what is not JSON. */
export function toJson(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const text = JSON.stringify(value, replace);
  if (text === undefined) throw new TypeError(`a ${typeof value} is not JSON`);
  return text;
}

function replace(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return exact.rawJSON(String(value));
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new TypeError(`${value} is not JSON`);
  }
  return value;
}

function isInexact(value: unknown, source: string): boolean {
  return typeof value === "number" && !Number.isSafeInteger(value) && INTEGER.test(source);
}
