// Drives pg-boss through its public interface: `install`, or `work BATCH JOBS`.
import { createRequire } from "node:module";

const require = createRequire(`${process.env.BENCH_PEERS}/node/`);
const PgBoss = require("pg-boss");
const { Pool } = require("pg");

const QUEUE = "bench";
const LOOPS = 4;
const connectionString = process.env.DATABASE_URL;
// Nothing but the work: no maintenance, no schedules, no monitor.
const quiet = { supervise: false, schedule: false };

async function install() {
  const sent = [];
  const pool = new Pool({ connectionString, max: 2 });
  const executeSql = (text, values) => (sent.push({ text, values: values ?? [] }), pool.query(text, values));
  const boss = new PgBoss({ db: { executeSql }, ...quiet });
  await boss.start();
  await boss.createQueue(QUEUE);
  const last = async (call) => (await call, sent.at(-1));
  const enqueue = await last(boss.insert([{ name: QUEUE, data: { n: 1 } }]));
  const enqueue_one = await last(boss.send(QUEUE, { n: 2 }));
  const jobs = await boss.fetch(QUEUE, { batchSize: 10 });
  const claim = sent.at(-1);
  const complete = await last(boss.complete(QUEUE, jobs.map((job) => job.id)));
  await boss.stop({ graceful: false, wait: false });
  await pool.end();
  return { enqueue, enqueue_one, claim, complete };
}

// boss.work() waits for its polling interval, half a second at least, after each batch.
// This is the loop that its manual gives for more: fetch, do, complete.
async function work(batch, jobs) {
  const boss = new PgBoss({ connectionString, max: LOOPS, ...quiet });
  const started = performance.now();
  await boss.start();
  let done = 0;
  const handle = async () => void done++;
  const loop = async () => {
    for (;;) {
      const claimed = await boss.fetch(QUEUE, { batchSize: batch });
      if (claimed.length === 0) return;
      await Promise.all(claimed.map(handle));
      await boss.complete(QUEUE, claimed.map((job) => job.id));
    }
  };
  await Promise.all(Array.from({ length: LOOPS }, loop));
  const seconds = (performance.now() - started) / 1000;
  await boss.stop({ graceful: false, wait: false });
  return { seconds, done };
}

const [verb, ...numbers] = process.argv.slice(2);
const answer = verb === "install" ? await install(...numbers.map(Number)) : await work(...numbers.map(Number));
console.log(JSON.stringify(answer));
process.exit(0);
