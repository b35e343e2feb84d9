/**
 * The event log: read back by a decoder that shares nothing with what wrote it, and held against what TensorBoard itself read of
 * a committed log (`test/reference/tensorboard_check.py`).
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileError, fit, tensorBoard, ValueError } from "maru";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crc32c } from "../../src/train/event-log.js";
import { logRun } from "./tensorboard-run.js";
import { clouds, network, settings } from "./tiny.js";

/** CRC-32C bit by bit, from its polynomial 0x1edc6f41 with the bits of each byte and of the result turned round. */
function checksum(bytes: Uint8Array): number {
  const turned = (value: number, bits: number): number => {
    let result = 0;
    for (let i = 0; i < bits; i++) if ((value >>> i) & 1) result |= 1 << (bits - 1 - i);
    return result >>> 0;
  };
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc = (crc ^ (turned(byte, 8) << 24)) >>> 0;
    for (let bit = 0; bit < 8; bit++)
      crc = ((crc & 0x80000000 ? (crc << 1) ^ 0x1edc6f41 : crc << 1) >>> 0) >>> 0;
  }
  return (turned(crc, 32) ^ 0xffffffff) >>> 0;
}

const unmask = (masked: number): number => {
  const turned = (masked - 0xa282ead8) >>> 0;
  return ((turned >>> 17) | (turned << 15)) >>> 0;
};

/** The records of a file; throws where a checksum is wrong or bytes are left over. */
function recordsOf(bytes: Buffer): Buffer[] {
  const records: Buffer[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = Number(bytes.readBigUInt64LE(at));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(unmask(bytes.readUInt32LE(at + 8))).toBe(checksum(bytes.subarray(at, at + 8)));
    expect(unmask(bytes.readUInt32LE(at + 12 + length))).toBe(checksum(data));
    records.push(data);
    at += 16 + length;
  }
  expect(at).toBe(bytes.length);
  return records;
}

/** The fields of a message by number: what varints say, and the bytes of all else. */
function fieldsOf(bytes: Buffer): Map<number, (number | Buffer)[]> {
  const fields = new Map<number, (number | Buffer)[]>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const kind = key & 7;
    const value = kind === 0 ? varint() : kind === 2 ? varint() : kind === 1 ? 8 : 4;
    const read = kind === 0 ? value : bytes.subarray(at, (at += value));
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), read]);
  }
  return fields;
}

interface Found {
  readonly scalars: Record<string, [step: number, value: number][]>;
  readonly histograms: Record<string, object[]>;
  readonly versions: string[];
  readonly starts: number[];
}

const doubles = (bytes: Buffer): number[] =>
  Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(8 * i));

function histogram(bytes: Buffer, step: number): object {
  const fields = fieldsOf(bytes);
  const [min, max, num, sum, sumSquares] = [1, 2, 3, 4, 5].map((n) =>
    (fields.get(n)![0] as Buffer).readDoubleLE(),
  );
  const [limits, counts] = [6, 7].map((n) => doubles(fields.get(n)![0] as Buffer)) as [number[], number[]];
  expect(limits).toEqual([...limits].sort((a, b) => a - b));
  expect(counts.reduce((a, b) => a + b)).toBe(num);
  return { step, min, max, num, sum, sumSquares, counts };
}

/** A folder's events, in the order of the files; a start lets go of what was logged from its step on, as TensorBoard does. */
function read(folder: string): Found {
  const found: Found = { scalars: {}, histograms: {}, versions: [], starts: [] };
  for (const name of readdirSync(folder).sort()) {
    for (const record of recordsOf(readFileSync(join(folder, name)))) addEvent(found, fieldsOf(record));
  }
  return found;
}

function addEvent(found: Found, event: Map<number, (number | Buffer)[]>): void {
  const seconds = (event.get(1)![0] as Buffer).readDoubleLE();
  expect(seconds).toBeGreaterThan(1.7e9);
  const step = (event.get(2)?.[0] ?? 0) as number;
  for (const version of event.get(3) ?? []) found.versions.push(String(version));
  for (const log of event.get(7) ?? []) {
    expect(fieldsOf(log as Buffer).get(1)).toEqual([1]);
    found.starts.push(step);
    for (const [tag, list] of Object.entries(found.scalars)) {
      found.scalars[tag] = list.filter(([at]) => at < step);
    }
    for (const [tag, list] of Object.entries(found.histograms)) {
      found.histograms[tag] = list.filter((one) => (one as { step: number }).step < step);
    }
  }
  for (const summary of event.get(5) ?? []) {
    for (const value of fieldsOf(summary as Buffer).get(1) ?? []) {
      const fields = fieldsOf(value as Buffer);
      const tag = String(fields.get(1)![0]);
      const number = fields.get(2)?.[0] as Buffer | undefined;
      const spread = fields.get(5)?.[0] as Buffer | undefined;
      if (number !== undefined) (found.scalars[tag] ??= []).push([step, number.readFloatLE()]);
      if (spread !== undefined) (found.histograms[tag] ??= []).push(histogram(spread, step));
    }
  }
}

const golden = JSON.parse(readFileSync(join(import.meta.dirname, "tensorboard.golden.json"), "utf8"));
const timed = (tag: string): boolean => tag.includes("econd");

/** A log without what differs from run to run. */
const steady = ({ scalars, histograms }: Found) => ({
  scalars: Object.fromEntries(Object.entries(scalars).filter(([tag]) => !timed(tag))),
  histograms,
});

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "maru-events-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the event log", () => {
  it("that is committed was read by TensorBoard as this decoder reads it", () => {
    const found = read(join(import.meta.dirname, "tensorboard"));
    expect(found.versions).toEqual(["brain.Event:2", "brain.Event:2"]);
    expect(found.starts).toEqual([1, 5]);
    expect(steady(found)).toEqual({ scalars: golden.scalars, histograms: golden.histograms });
    expect(Object.keys(found.scalars).filter(timed).sort()).toEqual(golden.timed);
    expect(Object.keys(golden.scalars)).toEqual([
      ...["epoch/accuracy", "epoch/loss", "epoch/valAccuracy", "epoch/valLoss"],
      ...["step/learningRate", "step/loss"],
    ]);
    // One value a step, although eight steps were done twice.
    expect(golden.scalars["step/loss"].map(([step]: number[]) => step)).toEqual([2, 4, 6, 8, 10, 12]);
  });

  it("comes out the same when it is written again", async () => {
    await logRun(folder);
    const again = steady(read(folder));
    expect(again.scalars).toEqual(golden.scalars);
    expect(again.histograms).toEqual(golden.histograms);
  });

  it("may be left after epochs only, and tells of what is not a number", async () => {
    const path = join(folder, "epochs");
    const metrics = { odd: () => clouds(16).batch([0]).inputs.sum(1).mul(Number.NaN) as never };
    const callbacks = [tensorBoard(path, { every: 0 })];
    await fit(network(), clouds(16), { ...settings, epochs: 2, metrics, callbacks });
    const { scalars, histograms } = read(path);
    expect(Object.keys(scalars).filter((tag) => !timed(tag))).toEqual(["epoch/loss", "epoch/odd"]);
    expect(scalars["epoch/odd"]).toEqual([
      [1, Number.NaN],
      [2, Number.NaN],
    ]);
    expect(histograms).toEqual({});
  });

  it("is whole in each record when the training fails", async () => {
    const path = join(folder, "failed");
    const fail = { onBatchEnd: () => Promise.reject(new Error("no more")) };
    const callbacks = [tensorBoard(path, { every: 1 }), fail];
    await expect(fit(network(), clouds(30), { ...settings, callbacks })).rejects.toThrow("no more");
    expect(read(path).scalars["step/loss"]!.length).toBe(1);
  });

  it("is refused where it cannot be", async () => {
    expect(() => tensorBoard(folder, { every: -1 })).toThrow(ValueError);
    expect(() => tensorBoard(folder, { every: 0.5 })).toThrow(ValueError);
    const file = join(folder, "file");
    writeFileSync(file, "");
    const attempt = fit(network(), clouds(4), { ...settings, callbacks: [tensorBoard(file)] });
    await expect(attempt).rejects.toThrow(FileError);
  });

  it("has checksums as RFC 3720 states them", () => {
    const rising = Uint8Array.from({ length: 32 }, (_, i) => i);
    const cases: [Uint8Array, number][] = [
      [new Uint8Array(32), 0x8a9136aa],
      [new Uint8Array(32).fill(255), 0x62a8ab43],
      [rising, 0x46dd794e],
      [rising.toReversed(), 0x113fdb5c],
    ];
    for (const [bytes, expected] of cases)
      expect([crc32c(bytes), checksum(bytes)]).toEqual([expected, expected]);
  });
});
