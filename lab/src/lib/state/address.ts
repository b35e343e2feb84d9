/**
 * A chapter's state in the page's address, `#s=...`: what differs from the beginning, as JSON, deflated, in base64url. An
 * address comes from anywhere, so it is read as data: bounded, parsed, and held against the chapter's schema.
 */
import { safeParse } from "valibot";
import type { StateSchema } from "./schema.js";

/** Longer addresses are not read; browsers and messengers cut them before. */
const MOST_CHARACTERS = 100_000;
/** What an address may unpack to. */
const MOST_BYTES = 2_000_000;

type State = Record<string, unknown>;

/** Why an address could not be read. */
export type Fault = "long" | "broken" | "schema";

export class AddressError extends Error {
  override readonly name = "AddressError";
  constructor(
    readonly fault: Fault,
    /** Where in the state, where that is known. */
    readonly place = "",
  ) {
    super(`the state in the address cannot be read: ${fault} ${place}`.trim());
  }
}

async function piped(
  bytes: Uint8Array<ArrayBuffer>,
  through: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const reader = new Blob([bytes]).stream().pipeThrough(through).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > MOST_BYTES) {
      await reader.cancel();
      throw new AddressError("long");
    }
    parts.push(value);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const toBase64Url = (bytes: Uint8Array): string => {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
};

const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (c) => c.charCodeAt(0));
};

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What stands behind `#`, or the empty string where the state is the one that everybody begins with. */
export async function encodeState(state: State, beginning: State): Promise<string> {
  const changed = Object.entries(state).filter(([key, value]) => !same(value, beginning[key]));
  if (changed.length === 0) return "";
  const json = JSON.stringify(Object.fromEntries(changed));
  const packed = await piped(new TextEncoder().encode(json), new CompressionStream("deflate-raw"));
  return `s=${toBase64Url(packed)}`;
}

/**
 * The state that an address asks for; undefined where it asks for none.
 *
 * @throws AddressError where it cannot be read
 */
export async function decodeState<Schema extends StateSchema>(
  hash: string,
  schema: Schema,
): Promise<State | undefined> {
  const [, packed] = /^#?s=(.*)$/s.exec(hash) ?? [];
  if (packed === undefined) return undefined;
  if (packed.length > MOST_CHARACTERS) throw new AddressError("long");
  let value: unknown;
  try {
    const bytes = await piped(fromBase64Url(packed), new DecompressionStream("deflate-raw"));
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw error instanceof AddressError ? error : new AddressError("broken");
  }
  const result = safeParse(schema, value);
  if (result.success) return result.output;
  const place = result.issues[0].path?.map((item) => String(item.key)).join(".") ?? "";
  throw new AddressError("schema", place);
}
