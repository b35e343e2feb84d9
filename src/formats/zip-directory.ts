/**
 * Looks over a zip before any of it is unpacked: the directory at its end must be sound, and each file in it have a place
 * of its own inside the zip. What each claims to unpack into is known then, and not believed yet (zip-entry.ts).
 *
 * Source: PKWARE APPNOTE 6.3.10: 4.3.12 (directory headers), 4.3.14 to 4.3.16 (ends of the directory), 4.5.3 (zip64).
 */
import { type Reading, readBytes } from "./byte-source.js";
import type { Refuse } from "./format-error.js";

/** A file in a zip. */
export interface ZipEntry {
  readonly name: string;
  readonly deflated: boolean;
  readonly crc: number;
  /** Bytes in the zip. */
  readonly packed: number;
  /** Bytes when it is unpacked, as the directory claims. */
  readonly size: number;
  /** Where its local header begins. */
  readonly offset: number;
  /** Where the next file or the directory begins. */
  readonly limit: number;
}

const LOCAL_HEADER_BYTES = 30;
const ENTRY_BYTES = 46;
const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const END64_BYTES = 56;
/** The end of the directory may be followed by a comment of 16-bit length. */
const MAX_COMMENT = 2 ** 16 - 1;
/** More files than any npz has; also what a directory without zip64 can count. */
const MAX_ENTRIES = 2 ** 16 - 1;
/** A deflated byte gives at most 1032 (258 bytes from two bits). */
const MAX_RATIO = 1032;

const ENTRY = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;

const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;
const IN_ZIP64_32 = 0xffffffff;
const ZIP64_EXTRA = 1;

interface Directory {
  readonly count: number;
  readonly size: number;
  readonly offset: number;
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A 64-bit number, which a sound zip cannot have beyond its own size. */
function readUint64(view: DataView, at: number, refuse: Refuse): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) refuse(`the zip claims ${value} bytes or files somewhere`);
  return Number(value);
}

/** Where the record at the very end of the zip begins: it states its own length by that of its comment. */
function findEnd(tail: DataView, refuse: Refuse): number {
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END) continue;
    if (at + END_BYTES + tail.getUint16(at + 20, true) === tail.byteLength) return at;
  }
  return refuse("no directory at the end: cut short, or not a zip");
}

function* readDirectoryEnd(size: number, refuse: Refuse): Reading<Directory> {
  if (size < END_BYTES) refuse(`expected at least ${END_BYTES} bytes, found ${size}: not a zip`);
  const length = Math.min(size, END_BYTES + MAX_COMMENT + LOCATOR_BYTES);
  const tailStart = size - length;
  const tail = viewOf(yield* readBytes(tailStart, length));
  const at = findEnd(tail, refuse);
  const disks = [tail.getUint16(at + 4, true), tail.getUint16(at + 6, true)];
  if (disks.some((disk) => disk !== 0)) refuse("the zip is one of several parts; only whole ones are read");
  const count = tail.getUint16(at + 10, true);
  if (tail.getUint16(at + 8, true) !== count) refuse("the zip's directory contradicts itself");
  const directory = { count, size: tail.getUint32(at + 12, true), offset: tail.getUint32(at + 16, true) };
  const locator = at - LOCATOR_BYTES;
  const zip64 = locator >= 0 && tail.getUint32(locator, true) === LOCATOR64;
  if (!zip64) return checkDirectory(directory, tailStart + at, refuse);
  return yield* readEnd64(readUint64(tail, locator + 8, refuse), tailStart + locator, refuse);
}

/** The end of a directory with 64-bit numbers, which stands before the one without. */
function* readEnd64(position: number, locator: number, refuse: Refuse): Reading<Directory> {
  if (position + END64_BYTES > locator) refuse("the zip's 64-bit directory end is not where it should be");
  const end = viewOf(yield* readBytes(position, END64_BYTES));
  if (end.getUint32(0, true) !== END64) refuse("the zip's 64-bit directory end is not where it should be");
  const directory = {
    count: readUint64(end, 32, refuse),
    size: readUint64(end, 40, refuse),
    offset: readUint64(end, 48, refuse),
  };
  return checkDirectory(directory, position, refuse);
}

/** The directory lies between the files and its end, and is large enough for its entries. */
function checkDirectory(directory: Directory, end: number, refuse: Refuse): Directory {
  const { count, size, offset } = directory;
  if (offset + size !== end) {
    refuse(
      `the zip's directory claims to lie at ${offset} to ${offset + size}, but its end stands at ${end}`,
    );
  }
  if (count > MAX_ENTRIES) refuse(`the zip claims ${count} files; at most ${MAX_ENTRIES} are read`);
  if (count * ENTRY_BYTES > size) refuse(`the zip claims ${count} files in a directory of ${size} bytes`);
  return directory;
}

/** The numbers that did not fit 32 bits: unpacked size, packed size, offset, in this order, each only where needed. */
function readZip64(extra: DataView, fields: readonly number[], refuse: Refuse): number[] {
  if (fields.every((field) => field !== IN_ZIP64_32)) return [...fields];
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== ZIP64_EXTRA) continue;
    const end = at + 4 + extra.getUint16(at + 2, true);
    let next = at + 4;
    return fields.map((field) => {
      if (field !== IN_ZIP64_32) return field;
      if (next + 8 > end || end > extra.byteLength) return refuse("a file's 64-bit sizes are missing");
      next += 8;
      return readUint64(extra, next - 8, refuse);
    });
  }
  return refuse("a file's 64-bit sizes are missing");
}

function decodeName(bytes: Uint8Array, refuse: Refuse): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    return refuse("a file's name is not UTF-8 text", error);
  }
}

type Claim = Omit<ZipEntry, "limit">;

/** One header of the directory, and where the next begins. */
function readEntry(bytes: Uint8Array, at: number, refuse: Refuse): { entry: Claim; next: number } {
  const view = viewOf(bytes);
  if (at + ENTRY_BYTES > bytes.length || view.getUint32(at, true) !== ENTRY) {
    refuse("the zip's directory is damaged");
  }
  const nameEnd = at + ENTRY_BYTES + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const next = extraEnd + view.getUint16(at + 32, true);
  if (next > bytes.length) refuse("the zip's directory is cut short");
  const name = decodeName(bytes.subarray(at + ENTRY_BYTES, nameEnd), refuse);
  const title = `file ${JSON.stringify(name)}`;
  if (view.getUint16(at + 8, true) & ENCRYPTED) refuse(`${title} is encrypted; only plain zips are read`);
  const method = view.getUint16(at + 10, true);
  if (method !== STORED && method !== DEFLATED) {
    refuse(`${title} is packed by method ${method}; maru reads stored (0) and deflated (8) ones`);
  }
  const claims = [24, 20, 42].map((field) => view.getUint32(at + field, true));
  const extra = viewOf(bytes.subarray(nameEnd, extraEnd));
  const [size = 0, packed = 0, offset = 0] = readZip64(extra, claims, refuse);
  const deflated = method === DEFLATED;
  if (deflated ? size > MAX_RATIO * packed : size !== packed) {
    refuse(`${title} claims to unpack from ${packed} to ${size} bytes, which no file does`);
  }
  return { entry: { name, deflated, crc: view.getUint32(at + 16, true), packed, size, offset }, next };
}

/** Each file ends before the next begins. `limit` is where that is. */
function layOut(claims: readonly Claim[], directory: Directory, refuse: Refuse): ZipEntry[] {
  const order = [...claims].sort((a, b) => a.offset - b.offset);
  const limits = new Map(order.map((claim, i) => [claim, order[i + 1]?.offset ?? directory.offset]));
  return claims.map((claim) => {
    const limit = limits.get(claim)!;
    if (claim.offset + LOCAL_HEADER_BYTES + claim.packed > limit) {
      refuse(`file ${JSON.stringify(claim.name)} overlaps what comes after it, or lies outside the zip`);
    }
    return { ...claim, limit };
  });
}

/**
 * The files of a zip of so many bytes, in the directory's order.
 *
 * @throws FormatError for anything that is not a whole, plain zip of stored and deflated files with names of their own
 */
export function* readZipDirectory(size: number, refuse: Refuse): Reading<ZipEntry[]> {
  const directory = yield* readDirectoryEnd(size, refuse);
  const bytes = yield* readBytes(directory.offset, directory.size);
  const claims: Claim[] = [];
  const names = new Set<string>();
  let at = 0;
  while (claims.length < directory.count) {
    const { entry, next } = readEntry(bytes, at, refuse);
    if (names.has(entry.name)) refuse(`file ${JSON.stringify(entry.name)} appears twice`);
    names.add(entry.name);
    claims.push(entry);
    at = next;
  }
  if (at !== directory.size) refuse("the zip's directory has bytes left over");
  return layOut(claims, directory, refuse);
}
