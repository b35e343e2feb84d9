/** How much one processor's own cache holds. Only the speed depends on it, so where the system does not tell a usual size serves. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { platform } from "node:os";

const USUAL = 2 ** 20;
const LEAST = 2 ** 18;
const MOST = 2 ** 23;

let found: number | undefined;

/** Bytes of the second-level cache that a processor has for itself, or its part of a shared one. */
export function ownCacheBytes(): number {
  found ??= Math.min(MOST, Math.max(LEAST, tellLinux() ?? tellMac() ?? USUAL));
  return found;
}

/** The second-level cache of a list such as Linux keeps: per cache its level, size (`2048K`) and processors (`0-1,4`). */
export function secondCacheOf(read: (name: string) => string): number | undefined {
  for (let index = 0; index < 8; index++) {
    try {
      if (read(`index${index}/level`).trim() !== "2") continue;
      const [, number, unit] = /^(\d+)([KM])$/.exec(read(`index${index}/size`).trim()) ?? [];
      if (number === undefined) return undefined;
      // Two threads of one core share all they have; they are not counted.
      const sharing = countProcessors(read(`index${index}/shared_cpu_list`).trim());
      return (Number(number) * (unit === "M" ? 2 ** 20 : 2 ** 10)) / Math.max(1, sharing / 2);
    } catch {
      return undefined;
    }
  }
  return undefined;
}

function countProcessors(list: string): number {
  let count = 0;
  for (const range of list.split(",")) {
    const [first, last = first] = range.split("-").map(Number);
    count += last! - first! + 1;
  }
  return Number.isFinite(count) ? count : 1;
}

function tellLinux(): number | undefined {
  if (platform() !== "linux") return undefined;
  return secondCacheOf((name) => readFileSync(`/sys/devices/system/cpu/cpu0/cache/${name}`, "utf8"));
}

function tellMac(): number | undefined {
  if (platform() !== "darwin") return undefined;
  const names = ["hw.perflevel0.l2cachesize", "hw.perflevel0.cpusperl2", "hw.l2cachesize"];
  const numbers = names.map((name) =>
    Number(spawnSync("sysctl", ["-n", name], { encoding: "utf8", timeout: 5000 }).stdout || Number.NaN),
  );
  const [fast, sharing, plain] = numbers as [number, number, number];
  const bytes = fast > 0 && sharing > 0 ? fast / Math.max(1, sharing / 2) : plain;
  return bytes > 0 ? bytes : undefined;
}
