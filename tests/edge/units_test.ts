/** What no request of a test reaches; `test_source.py` runs it inside of a copy of the function. */

import { deepStrictEqual, throws } from "node:assert";
import { describeFailure, oneLine } from "./runtime/failure.ts";
import { intervalMs } from "./runtime/interval.ts";

const INTERVALS = {
  "00:00:30": 30_000,
  "00:00:00.1": 100,
  "1 day 02:03:04.5": 93_784_500,
  "2 mons": 5_184_000_000,
  PT30S: 30_000,
  "P1DT2H3M4.5S": 93_784_500,
};

Deno.test("intervals are read as the server writes them, by default and as ISO 8601", () => {
  const texts = Object.keys(INTERVALS);
  deepStrictEqual(texts.map(intervalMs), Object.values(INTERVALS));
});

Deno.test("an interval in a style that is not known is an error, never a guess", () => {
  for (const text of ["@ 30 secs", "1 2:03:04", "soon"]) throws(() => intervalMs(text), TypeError);
});

Deno.test("a failure is told with its class, its message and the handler's frames", () => {
  const [head, frame] = describeFailure(new RangeError("no\0such game")).split("\n");
  deepStrictEqual(head, "RangeError: no\u2400such game");
  deepStrictEqual(/^ {4}at .*units_test\.ts/.test(frame!), true);
});

Deno.test("what is thrown need be no error", () => {
  deepStrictEqual(describeFailure("bad luck"), "string: bad luck");
  deepStrictEqual(describeFailure(null), "object: null");
});

Deno.test("a failure's text is bounded", () => {
  const text = describeFailure(new Error("x".repeat(9000)));
  deepStrictEqual([text.split("\n")[0]!.length, text.length <= 4000], [1000, true]);
});

Deno.test("a message cannot forge a line of the log", () => {
  deepStrictEqual(oneLine("one\u001b[2J\ntwo"), "one\\u{1b}[2J");
});
