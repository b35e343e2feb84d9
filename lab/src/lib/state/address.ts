/**
 * A chapter's state in the page's address, `#p=panel&s=...`: which panel is shown, and what differs from the beginning, as
 * JSON, deflated, in base64url (where a browser cannot deflate, as it is, `j=...`). An address comes from anywhere, so it
 * is read as data: bounded, parsed, and held against the chapter's schema.
 */
import { parse, safeParse } from "valibot";
import type { StateSchema } from "./schema.js";

/** Longer addresses are not read; browsers and messengers cut them before. */
const MOST_CHARACTERS = 100_000;
/** What an address may unpack to. */
const MOST_BYTES = 2_000_000;

type State = Record<string, unknown>;

/** Why an address could not be read; `unable`: the browser cannot unpack it. */
export type Fault = "long" | "broken" | "schema" | "unable";

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

/** What stands behind `#`, or the empty string where all is as everybody begins with it. The first panel has no name. */
export async function encodeState(state: State, beginning: State, panel = ""): Promise<string> {
  const changed = Object.entries(state).filter(([key, value]) => !same(value, beginning[key]));
  const parts = panel === "" ? [] : [`p=${encodeURIComponent(panel)}`];
  if (changed.length > 0) {
    const bytes = new TextEncoder().encode(JSON.stringify(Object.fromEntries(changed)));
    parts.push(
      typeof CompressionStream === "undefined"
        ? `j=${toBase64Url(bytes)}`
        : `s=${toBase64Url(await piped(bytes, new CompressionStream("deflate-raw")))}`,
    );
  }
  return parts.join("&");
}

const partOf = (hash: string, key: string): string | undefined =>
  hash
    .replace(/^#/, "")
    .split("&")
    .find((part) => part.startsWith(`${key}=`))
    ?.slice(key.length + 1);

/** The panel that an address asks for, by its name. */
export const panelIn = (hash: string): string | undefined => partOf(hash, "p");

/** The JSON in an address. */
async function unpacked(hash: string): Promise<string | undefined> {
  const packed = partOf(hash, "s");
  const plain = partOf(hash, "j");
  const text = packed ?? plain;
  if (text === undefined) return undefined;
  if (text.length > MOST_CHARACTERS) throw new AddressError("long");
  if (packed !== undefined && typeof DecompressionStream === "undefined") throw new AddressError("unable");
  const bytes = fromBase64Url(text);
  return new TextDecoder("utf-8", { fatal: true }).decode(
    packed === undefined ? bytes : await piped(bytes, new DecompressionStream("deflate-raw")),
  );
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
  let value: unknown;
  try {
    const json = await unpacked(hash);
    if (json === undefined) return undefined;
    value = JSON.parse(json);
  } catch (error) {
    throw error instanceof AddressError ? error : new AddressError("broken");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new AddressError("schema");
  // A key that this chapter does not know would be dropped without a word, and the link open as something else.
  const known = parse(schema, {});
  const stranger = Object.keys(value).find((key) => !Object.hasOwn(known, key));
  if (stranger !== undefined) throw new AddressError("schema", stranger.slice(0, 40));
  const result = safeParse(schema, value);
  if (result.success) return result.output;
  const place = result.issues[0].path?.map((item) => String(item.key)).join(".") ?? "";
  throw new AddressError("schema", place.slice(0, 80));
}
