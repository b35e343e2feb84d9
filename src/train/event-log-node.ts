/** Node only: a file of events, which TensorBoard may read while it is written. */
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { toFileError } from "../formats/file-error.js";
import { prepareRunFolder } from "./checkpoint-node.js";
import { encodeRecord, type LogEvent } from "./event-log.js";

export class EventFile {
  readonly #path: string;
  readonly #descriptor: number;

  /** Makes a new file in the folder. TensorBoard reads those of a folder in the order of their names. */
  constructor(folder: string) {
    prepareRunFolder(folder);
    const now = Date.now();
    const time = `${Math.floor(now / 1000)}.${String(now % 1000).padStart(3, "0")}`;
    this.#path = join(folder, `events.out.tfevents.${time}.${process.pid}.maru`);
    try {
      this.#descriptor = openSync(this.#path, "a");
    } catch (error) {
      throw toFileError("write", this.#path, error);
    }
    this.write({ kind: "version" });
  }

  write(event: LogEvent): void {
    try {
      writeSync(this.#descriptor, encodeRecord(event, Date.now() / 1000));
    } catch (error) {
      throw toFileError("write", this.#path, error);
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
