/** The handlers of the conformance suite, and those of the function's own tests. */

import { Discard, Handlers, Retry, type StandardSchema } from "../runtime/handlers.ts";

interface Payloads {
  echo: unknown;
  fail: unknown;
  discard: unknown;
  again: unknown;
  slow: { seconds: number };
  spawn: { fail?: boolean; type?: "echo" };
  stubborn: unknown;
  wrapped: unknown;
  unload: unknown;
}

export const registry = new Handlers<Payloads>();

const nap: StandardSchema<{ seconds: number }> = {
  "~standard": {
    version: 1,
    vendor: "tests",
    validate: (value) => {
      const seconds = (value as { seconds?: unknown }).seconds;
      if (typeof seconds === "number") return { value: { seconds } };
      return { issues: [{ message: "expected a number", path: ["seconds"] }] };
    },
  },
};

registry.handler("echo", (_context, payload) => payload);

registry.handler("fail", () => {
  throw new Error("bad luck");
});

registry.handler("discard", () => {
  throw new Discard("can never succeed");
});

registry.handler("again", () => {
  throw new Retry("too early", { after: 60_000 });
});

registry.handler("slow", { payload: nap }, async (context, { seconds }) => {
  await new Promise((done) => {
    const timer = setTimeout(done, seconds * 1000);
    context.signal.addEventListener("abort", () => {
      clearTimeout(timer);
      done(undefined);
    });
  });
  return "slept";
});

registry.handler("spawn", (context, payload) => {
  context.enqueue(payload.type ?? "echo", { from: context.job.id });
  if (payload.fail) throw new Error("added in vain");
});

registry.handler("stubborn", async () => {
  await new Promise((done) => setTimeout(done, 1500));
});

registry.handler("wrapped", () => {
  throw new Error("the shop said no", { cause: new Discard("no such game") });
});

registry.handler("unload", async (context) => {
  // As the platform does before it ends an instance.
  dispatchEvent(new CustomEvent("beforeunload", { detail: { reason: "wall_clock" } }));
  await new Promise((done) => context.signal.addEventListener("abort", done));
});
