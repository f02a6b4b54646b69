// Drives graphile-worker through its public interface: `install`, or `work LOCAL_QUEUE JOBS`.
import { createRequire } from "node:module";

const require = createRequire(`${process.env.BENCH_PEERS}/node/`);
const { run, makeWorkerUtils, Logger } = require("graphile-worker");
const { Pool } = require("pg");

const connectionString = process.env.DATABASE_URL;
const logger = new Logger(() => () => {});
const CONCURRENCY = 24;
const LOCAL_QUEUE = 500;

// The settings of its performance page: https://worker.graphile.org/docs/performance
function preset(size) {
  return {
    worker: {
      concurrentJobs: CONCURRENCY,
      maxPoolSize: CONCURRENCY + 1,
      localQueue: { size },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
    },
  };
}

// A pool whose clients keep what they send under the name of the prepared statement.
function recording(sent) {
  const pool = new Pool({ connectionString, max: CONCURRENCY + 1 });
  pool.on("error", () => {});
  pool.on("connect", (client) => {
    client.on("error", () => {});
    const query = client.query;
    client.query = function (first, values, ...rest) {
      const { text, name = "" } = first.text ? first : { text: first };
      sent.push({ name, text, values: first.values ?? values ?? [] });
      return query.call(this, first, values, ...rest);
    };
  });
  return pool;
}

async function install() {
  const sent = [];
  const pool = recording(sent);
  const utils = await makeWorkerUtils({ pgPool: pool, logger });
  await utils.migrate();
  sent.length = 0;
  const jobs = [1, 2].map((n) => ({ identifier: "bench", payload: { n } }));
  await utils.addJobs(jobs);
  await utils.addJob("bench", { n: 3 });
  let left = 3;
  const done = deferred();
  const taskList = { bench: async () => void (--left === 0 && done.resolve()) };
  const runner = await run({ pgPool: pool, taskList, logger, noHandleSignals: true, preset: preset(LOCAL_QUEUE) });
  await done.promise;
  await runner.stop();
  await utils.release();
  await pool.end();
  const find = (test) => sent.find(test);
  return {
    claim: find((each) => each.name.startsWith("get_job")),
    complete: find((each) => each.name.startsWith("complete_jobs")),
    enqueue: find((each) => /add_jobs\(/.test(each.text)),
    enqueue_one: find((each) => /add_job\(/.test(each.text)),
  };
}

function deferred() {
  const result = {};
  result.promise = new Promise((resolve, reject) => Object.assign(result, { resolve, reject }));
  return result;
}

async function work(size, jobs) {
  let done = 0;
  const last = deferred();
  const taskList = { bench: async () => void (++done === jobs && last.resolve()) };
  const pool = new Pool({ connectionString, max: 1 });
  const started = performance.now();
  const runner = await run({ connectionString, taskList, logger, noHandleSignals: true, preset: preset(size) });
  await last.promise;
  await empty(pool);
  const seconds = (performance.now() - started) / 1000;
  await runner.stop();
  await pool.end();
  return { seconds, done };
}

// The last completions are sent after the last handler has returned.
async function empty(pool) {
  for (;;) {
    const { rows } = await pool.query("select exists (select from graphile_worker._private_jobs) as any");
    if (!rows[0].any) return;
  }
}

const [verb, ...numbers] = process.argv.slice(2);
const answer = verb === "install" ? await install(...numbers.map(Number)) : await work(...numbers.map(Number));
console.log(JSON.stringify(answer));
process.exit(0);
