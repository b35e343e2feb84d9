/** The part of this room that touches the disk, for Node only. */
export type { ArraySource, NamedSources } from "./array-source.js";
export { type FileContents, writeFileAtomic, writeFileAtomicSync } from "./atomic-write.js";
export {
  readCsv,
  readFileBytes,
  readIdx,
  readNpy,
  readNpz,
  readPng,
  readSafetensors,
  writeNpy,
  writeNpz,
  writeSafetensors,
} from "./node-files.js";
export { openSafetensors, type ReadFileOptions, SafetensorsFile } from "./safetensors-file.js";
