import { enqueue, type EnqueueClient, type JobTaskType, type SendMailPayload } from "./job_types.ts";

declare const client: EnqueueClient;
const mail: SendMailPayload = { to: ["ada@example.com"], from: "us" };

// What the database takes.
await enqueue(client, "send_mail", mail);
await enqueue(client, "send_mail", { ...mail, importance: null, delay: 1.5, tags: { a: "b" } });
await enqueue(client, "send_mail", { ...mail, body: { kind: "plain", text: "hello" } });
await enqueue(client, "send_mail", { ...mail, body: { kind: "template", template: "t", with: { "order-id": 1 } } });
await enqueue(client, "sync");
await enqueue(client, "sync", {}, { runAt: new Date(), dedupKey: "k", onDuplicate: "reject" });
await enqueue(client, "sync", { dryRun: true, more: 1 });
await enqueue(client, "sync_1", null);
await enqueue(client, "sync__1", { count: 1, more: "text" });
await enqueue(client, "anything", [1, "a"]);
const id: number = await enqueue(client, "anything");
const kind: JobTaskType = "sync";
console.log(id, kind);

// A client that knows its database's functions, as supabase-js' may.
type Functions = {
  job_queue_enqueue: { Args: { task_type: string }; Returns: number };
  other: { Args: { a: number }; Returns: string };
};
declare const knowing: {
  rpc<N extends keyof Functions, A extends Functions[N]["Args"]>(
    name: N,
    named?: A,
  ): PromiseLike<{ data: Functions[N]["Returns"] | null; error: { message: string } | null }>;
};
await enqueue(knowing, "sync");

// What it refuses.
// @ts-expect-error: there is no such kind of job
await enqueue(client, "send_male", mail);
// @ts-expect-error: a payload is needed
await enqueue(client, "send_mail");
// @ts-expect-error: `from` is needed
await enqueue(client, "send_mail", { to: [] });
// @ts-expect-error: a text is no list of addresses
await enqueue(client, "send_mail", { ...mail, to: "ada@example.com" });
// @ts-expect-error: there is no such importance
await enqueue(client, "send_mail", { ...mail, importance: "urgent" });
// @ts-expect-error: there is no such property
await enqueue(client, "send_mail", { ...mail, subject: "hello" });
// @ts-expect-error: no property of this name may be there
await enqueue(client, "send_mail", { ...mail, never: 1 });
// @ts-expect-error: a plain body has no template
await enqueue(client, "send_mail", { ...mail, body: { kind: "plain", template: "t" } });
// @ts-expect-error: the payload of another kind
await enqueue(client, "sync__1", mail);
// @ts-expect-error: other properties are texts
await enqueue(client, "sync__1", { count: 1, more: true });
// @ts-expect-error: there is no such option
await enqueue(client, "sync", {}, { run_at: new Date() });
// @ts-expect-error: no client
await enqueue({ other: 1 }, "sync");
