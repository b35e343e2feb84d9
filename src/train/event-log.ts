/**
 * The event log that TensorBoard reads, as bytes. A file is a row of records in TFRecord's frame: length, masked CRC-32C of
 * the length, data, masked CRC-32C of the data; each record is an `Event` message (tensorflow/core/util/event.proto and
 * framework/summary.proto). Loaded only where a log is written.
 */
import { PbfWriter } from "pbf";

/** One number under its name. */
export interface Scalar {
  readonly tag: string;
  readonly value: number;
}

/** How values are spread: `counts[i]` of them are at most `limits[i]` and above the limit before it. */
export interface Histogram {
  readonly tag: string;
  readonly limits: readonly number[];
  readonly counts: readonly number[];
  readonly values: ArrayLike<number>;
}

/** What an event says: which version the file has, that a session begins, or values at a step. */
export type LogEvent =
  | { readonly kind: "version" }
  | { readonly kind: "start"; readonly step: number }
  | { readonly kind: "values"; readonly step: number; readonly values: readonly (Scalar | Histogram)[] };

/** Field numbers of the messages. */
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 } as const;
const SUMMARY = { value: 1 } as const;
const VALUE = { tag: 1, simpleValue: 2, histogram: 5 } as const;
const HISTOGRAM = { min: 1, max: 2, num: 3, sum: 4, sumSquares: 5, limits: 6, counts: 7 } as const;
const SESSION = { status: 1 } as const;
const SESSION_START = 1;

function writeHistogram({ limits, counts, values }: Histogram, pbf: PbfWriter): void {
  let [min, max, sum, squares] = [Infinity, -Infinity, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    squares += value * value;
  }
  pbf.writeDoubleField(HISTOGRAM.min, min);
  pbf.writeDoubleField(HISTOGRAM.max, max);
  pbf.writeDoubleField(HISTOGRAM.num, values.length);
  pbf.writeDoubleField(HISTOGRAM.sum, sum);
  pbf.writeDoubleField(HISTOGRAM.sumSquares, squares);
  pbf.writePackedDouble(HISTOGRAM.limits, [...limits]);
  pbf.writePackedDouble(HISTOGRAM.counts, [...counts]);
}

function writeValue(value: Scalar | Histogram, pbf: PbfWriter): void {
  pbf.writeStringField(VALUE.tag, value.tag);
  if ("value" in value) pbf.writeFloatField(VALUE.simpleValue, value.value);
  else pbf.writeMessage(VALUE.histogram, writeHistogram, value);
}

function writeSummary(values: readonly (Scalar | Histogram)[], pbf: PbfWriter): void {
  for (const value of values) pbf.writeMessage(SUMMARY.value, writeValue, value);
}

/** An event as a message. */
function encodeEvent(event: LogEvent, seconds: number): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeDoubleField(EVENT.wallTime, seconds);
  if (event.kind === "version") {
    pbf.writeStringField(EVENT.fileVersion, "brain.Event:2");
    return pbf.finish();
  }
  pbf.writeVarintField(EVENT.step, event.step);
  if (event.kind === "values") pbf.writeMessage(EVENT.summary, writeSummary, event.values);
  else {
    const start = (_: LogEvent, inner: PbfWriter): void =>
      inner.writeVarintField(SESSION.status, SESSION_START);
    pbf.writeMessage(EVENT.sessionLog, start, event);
  }
  return pbf.finish();
}

/** CRC-32C (Castagnoli) of a byte, for all bytes; reflected polynomial 0x82f63b78 (RFC 3720, appendix B.4). */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff]!;
  return (crc ^ 0xffffffff) >>> 0;
}

/** TFRecord's mask, so that the checksum of bytes that hold checksums is not a weak one. */
function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** An event as a record of the file, at a time in seconds since 1970. */
export function encodeRecord(event: LogEvent, seconds: number): Uint8Array {
  const data = encodeEvent(event, seconds);
  const record = new Uint8Array(data.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc(data), true);
  return record;
}

/** Buckets of a histogram. */
const BUCKETS = 30;

/** How finite values are spread, in buckets of one width; others are left out. */
export function histogramOf(tag: string, given: ArrayLike<number>): Histogram | undefined {
  const values = Float64Array.from(given).filter(Number.isFinite);
  if (values.length === 0) return undefined;
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const width = (high - low) / BUCKETS || 1;
  const limits = Array.from({ length: BUCKETS }, (_, i) =>
    i + 1 === BUCKETS ? high : low + (i + 1) * width,
  );
  if (high === low) limits[BUCKETS - 1] = low + BUCKETS * width;
  const counts = new Array<number>(BUCKETS).fill(0);
  for (const value of values) {
    // The value on a limit belongs to the bucket below it.
    const place = Math.max(0, Math.min(BUCKETS - 1, Math.ceil((value - low) / width) - 1));
    counts[place]!++;
  }
  return { tag, limits, counts, values };
}
