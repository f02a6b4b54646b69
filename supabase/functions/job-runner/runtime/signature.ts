/** Signatures of Standard Webhooks (standardwebhooks.com), made with the worker's secret. */

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)$/;
const PREFIX = "whsec_";
const ALGORITHM = { name: "HMAC", hash: "SHA-256" } as const;

export interface Signed {
  readonly id: string;
  readonly timestamp: string;
  /** Several may be given, separated by blanks. */
  readonly signatures: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Import a secret as the key of signatures: what follows `whsec_` is base64. */
export async function importKey(secret: string): Promise<CryptoKey> {
  const rest = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : "";
  const bytes = BASE64.test(rest) ? fromBase64(rest) : new TextEncoder().encode(secret);
  return await crypto.subtle.importKey("raw", bytes, ALGORITHM, false, ["verify"]);
}

/** Tell whether one of the signatures is the key's; compared in constant time by WebCrypto. */
export async function isSigned(key: CryptoKey, signed: Signed): Promise<boolean> {
  const head = new TextEncoder().encode(`${signed.id}.${signed.timestamp}.`);
  const content = new Uint8Array([...head, ...signed.body]);
  for (const each of signed.signatures.split(" ")) {
    const [version, text] = each.split(",", 2);
    if (version !== "v1" || !text || !BASE64.test(text)) continue;
    if (await crypto.subtle.verify(ALGORITHM, key, fromBase64(text), content)) return true;
  }
  return false;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
}
