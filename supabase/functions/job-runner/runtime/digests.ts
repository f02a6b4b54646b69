/** SHA-256, and comparisons that tell nothing by their time. */

type Bytes = Uint8Array<ArrayBuffer>;

export async function hexDigest(...parts: readonly Bytes[]): Promise<string> {
  const digest = await sha256(new Uint8Array(parts.flatMap((each) => [...each])));
  return Array.from(digest, (each) => each.toString(16).padStart(2, "0")).join("");
}

/** Compare digests, so that neither length nor content shows in the time it takes. */
export async function isSame(one: Bytes, other: Bytes): Promise<boolean> {
  const [left, right] = [await sha256(one), await sha256(other)];
  return left.reduce((sum, each, index) => sum | (each ^ right[index]!), 0) === 0;
}

export function fromHex(text: string): Bytes {
  return Uint8Array.from(text.match(/../g) ?? [], (each) => parseInt(each, 16));
}

async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
