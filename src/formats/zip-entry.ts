/**
 * Unpacks one file of a zip for a reader that goes through it from its first byte to its last, a little at a time: what
 * is packed and what is unpacked are never in memory whole beside what the reader makes of them. Not a byte more than the
 * directory claimed is unpacked, and the checksum is held against it.
 *
 * Source: PKWARE APPNOTE 6.3.10, 4.3.7 (local headers). fflate does the inflating.
 */
import { Inflate } from "fflate";
import { type Fill, type Reading, readBytes } from "./byte-source.js";
import { crc32 } from "./crc32.js";
import type { Refuse } from "./format-error.js";
import type { ZipEntry } from "./zip-directory.js";

const LOCAL_HEADER_BYTES = 30;
const LOCAL = 0x04034b50;
/** Deflate can unfold a byte into 1032, so a slice this long never makes more than about 4 MB at a time. */
const SLICE = 4096;

/** Where the packed bytes begin: the local header repeats the name, and must be that of the same file. */
function* findPacked(entry: ZipEntry, refuse: Refuse): Reading<number> {
  const header = new DataView((yield* readBytes(entry.offset, LOCAL_HEADER_BYTES)).buffer);
  const nameLength = header.getUint16(26, true);
  const start = entry.offset + LOCAL_HEADER_BYTES + nameLength + header.getUint16(28, true);
  const method = entry.deflated ? 8 : 0;
  if (header.getUint32(0, true) !== LOCAL || header.getUint16(8, true) !== method) {
    refuse("its header is damaged");
  }
  if (start + entry.packed > entry.limit) refuse("it overlaps what comes after it");
  const name = yield* readBytes(entry.offset + LOCAL_HEADER_BYTES, nameLength);
  if (new TextDecoder("utf-8", { ignoreBOM: true }).decode(name) !== entry.name) {
    refuse("its header has another name than the directory");
  }
  return start;
}

/** Fills with what a stored file holds. */
function* readStored(start: number, { position, into }: Fill): Reading<void> {
  yield { position: start + position, into };
}

/** Unpacked bytes that wait for a reader, and the inflating that brings more. */
class Unpacker {
  private readonly waiting: Uint8Array[] = [];
  private readonly inflate = new Inflate((bytes) => void this.waiting.push(bytes));
  private taken = 0;
  private readonly packed: number;
  private readonly start: number;
  private readonly refuse: Refuse;

  constructor(start: number, packed: number, refuse: Refuse) {
    this.start = start;
    this.packed = packed;
    this.refuse = refuse;
  }

  *fill({ into }: Fill): Reading<void> {
    let filled = 0;
    while (filled < into.length) {
      const piece = this.waiting[0];
      if (piece === undefined) {
        if (this.taken === this.packed) this.refuse("it unpacks to fewer bytes than the directory claims");
        yield* this.more();
        continue;
      }
      const part = piece.subarray(0, into.length - filled);
      into.set(part, filled);
      filled += part.length;
      if (part.length === piece.length) this.waiting.shift();
      else this.waiting[0] = piece.subarray(part.length);
    }
  }

  /** Unpacks what is left: there must be nothing in it. */
  *end(): Reading<void> {
    while (this.taken < this.packed && this.waiting.every(({ length }) => length === 0)) yield* this.more();
    if (this.waiting.some(({ length }) => length > 0)) {
      this.refuse("it unpacks to more bytes than the directory claims");
    }
  }

  private *more(): Reading<void> {
    const slice = yield* readBytes(this.start + this.taken, Math.min(SLICE, this.packed - this.taken));
    this.taken += slice.length;
    try {
      this.inflate.push(slice, this.taken === this.packed);
    } catch (error) {
      this.refuse("damaged: it cannot be unpacked", error);
    }
  }
}

/**
 * Runs a reader on a file of a zip. The reader must ask for all of its bytes, one stretch after the other.
 *
 * @throws FormatError where header, data, size or checksum are not what the directory says
 */
export function* readZipEntry<T>(entry: ZipEntry, reader: Reading<T>, refuse: Refuse): Reading<T> {
  const start = yield* findPacked(entry, refuse);
  const unpacker = entry.deflated ? new Unpacker(start, entry.packed, refuse) : null;
  let crc = 0;
  for (;;) {
    const { done, value } = reader.next();
    if (done) {
      if (unpacker !== null) yield* unpacker.end();
      if (crc !== entry.crc) refuse("damaged: its checksum is wrong");
      return value;
    }
    yield* unpacker === null ? readStored(start, value) : unpacker.fill(value);
    crc = crc32(value.into, crc);
  }
}
