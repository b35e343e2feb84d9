/** The part of this room that touches the disk, for Node only. */
export { type FileContents, writeFileAtomic, writeFileAtomicSync } from "./atomic-write.js";
export { readFileBytes, readIdx, readPng, readSafetensors, writeSafetensors } from "./node-files.js";
