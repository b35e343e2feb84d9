/**
 * Where the command line writes. Results go to standard output; with `--json` that is one object a line and nothing
 * else, and the words go to standard error.
 */
import picocolors from "picocolors";

export type Colors = ReturnType<typeof picocolors.createColors>;

export interface Output {
  /** Colours as the stream of the words takes them. */
  readonly colors: Colors;
  /** Does standard output hold JSON? */
  readonly json: boolean;
  /** A line of words for people. */
  say(line?: string): void;
  /** A record for programs; nothing unless `--json`. */
  record(value: object): void;
  /** A remark while a progress bar may be standing on standard error. */
  remark(line: string): void;
}

/** Are colours wanted on this stream? NO_COLOR (no-color.org) is above FORCE_COLOR, and that above the terminal. */
export function wantsColor(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return FORCE_COLOR !== "0";
  return stream.isTTY === true && process.env.TERM !== "dumb";
}

export function openOutput(json: boolean): Output {
  const words = json ? process.stderr : process.stdout;
  return {
    colors: picocolors.createColors(wantsColor(words)),
    json,
    say: (line = "") => void words.write(`${line}\n`),
    record: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
    remark: (line) => void process.stderr.write(`${process.stderr.isTTY ? "\r\x1b[K" : ""}${line}\n`),
  };
}

/** `12,345`. */
export const formatCount = (count: number): string => Math.round(count).toLocaleString("en-US");

/** `97.31 %`. */
export const formatShare = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** `9 s`, `3 min`, `1 h 20 min`: as exact as an estimate deserves. */
export function formatDuration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
