/** Task types and their payloads; `supaops types --typescript` writes them from the YAML. */

// deno-lint-ignore no-explicit-any -- what is not declared can be anything
export type JobPayloads = Record<string, any>;

export type JobTaskType = keyof JobPayloads;
