/** Everything of this room that runs anywhere: bytes in, arrays out, and back. Files are in node.ts. */
export type { ArrayRecord } from "./array-record.js";
export { type CsvOptions, type CsvTable, parseCsv } from "./csv.js";
export type { ColumnType } from "./csv-column.js";
export type { ParseOptions } from "./format-error.js";
export { encodeIdx, parseIdx } from "./idx.js";
export { toMnistDigit } from "./mnist-digit.js";
export { encodeNpy, parseNpy, type WriteNpyOptions } from "./npy.js";
export type { NpyDType } from "./npy-header.js";
export { encodeNpz, parseNpz, type ReadNpzOptions, type WriteNpzOptions } from "./npz.js";
export { type DecodePngOptions, decodePng, encodePng, type GrayImage } from "./png.js";
export { parseSafetensors, type SafetensorsContents, type StoredTensor } from "./safetensors-read.js";
export {
  encodeSafetensors,
  type NamedArrays,
  safetensorsChunks,
  type WriteSafetensorsOptions,
} from "./safetensors-write.js";
export type { ReadNumbersOptions, StoredDType } from "./stored-types.js";
export type { StoreAs } from "./stored-write.js";
export { toRecord, toTensor, toTensors } from "./tensors.js";
