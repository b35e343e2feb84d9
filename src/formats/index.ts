/** Everything of this room that runs anywhere: bytes in, arrays out, and back. Files are in node.ts. */
export type { ArrayRecord } from "./array-record.js";
export type { ParseOptions } from "./format-error.js";
export { encodeIdx, parseIdx } from "./idx.js";
export { toMnistDigit } from "./mnist-digit.js";
export { type DecodePngOptions, decodePng, encodePng, type GrayImage } from "./png.js";
export { parseSafetensors, type SafetensorsContents } from "./safetensors-read.js";
export { encodeSafetensors, type NamedArrays, safetensorsChunks } from "./safetensors-write.js";
