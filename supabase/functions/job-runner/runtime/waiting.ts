/** Waits that leave no timer behind. */

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Call a function later; a longer time than a timer can hold never comes. */
export function later(milliseconds: number, call: () => void): () => void {
  if (milliseconds > LONGEST_TIMER_MS) return () => {};
  const timer = setTimeout(call, Math.max(0, milliseconds));
  return () => clearTimeout(timer);
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((done) => later(milliseconds, done));
}

/** Wait until a promise is settled, so long at most; tell whether it is. Never throws. */
export async function settled(promise: Promise<unknown>, withinMs: number): Promise<boolean> {
  let cancel = (): void => {};
  const late = new Promise<boolean>((done) => cancel = later(withinMs, () => done(false)));
  try {
    return await Promise.race([promise.then(() => true, () => true), late]);
  } finally {
    cancel();
  }
}
