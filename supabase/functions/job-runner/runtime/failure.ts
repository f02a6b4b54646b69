/** An error as the text of `last_error`: what happened and where, bounded. */

export const MESSAGE_CHARS = 1000;
export const TEXT_CHARS = 4000;

const OWN_FRAMES = new URL("execution.ts", import.meta.url).href;

/** Return `ErrorClass: message` and the handler's own stack; no variable is shown. */
export function describeFailure(error: unknown): string {
  const head = headline(error);
  const stack = storable(handlerFrames(error)).slice(-(TEXT_CHARS - head.length - 1)).trimEnd();
  return stack ? `${head}\n${stack}` : head;
}

/** Return `ErrorClass: message`, MESSAGE_CHARS long at most. */
export function headline(error: unknown): string {
  const text = storable(`${nameOf(error)}: ${messageOf(error)}`.replace(/: $/, ""));
  return text.length <= MESSAGE_CHARS ? text : storable(`${text.slice(0, MESSAGE_CHARS - 1)}…`);
}

/** Return the first line, with an escape for each control character: a message must not forge a line. */
export function oneLine(text: string): string {
  const first = text.split(/[\n\r\v\f\u2028\u2029]/, 1)[0] ?? "";
  return first.replace(/\p{C}/gu, (each) => `\\u{${each.codePointAt(0)!.toString(16)}}`);
}

/** Return a text without what PostgreSQL's text refuses: NUL and lone surrogates. */
export function storable(text: string): string {
  return text.replaceAll("\0", "\u2400").replace(/\p{Surrogate}/gu, "?");
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.constructor.name || error.name : typeof error;
}

function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : String(error);
  } catch {
    return "(its message cannot be shown)";
  }
}

/** Return the stack as far as it is the handler's. */
function handlerFrames(error: unknown): string {
  if (!(error instanceof Error) || typeof error.stack !== "string") return "";
  const frames = error.stack.split("\n").filter((line) => line.startsWith("    at "));
  const own = frames.findIndex((line) => line.includes(OWN_FRAMES));
  return (own < 0 ? frames : frames.slice(0, own)).join("\n");
}
