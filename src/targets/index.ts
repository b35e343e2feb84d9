/** Devices by name. Asking for one that is not there says why, and what would bring it. */
import { DeviceError } from "../errors.js";
import { interpreter } from "./interpreter/interpreter.js";
import type { Readiness, Target } from "./target.js";

export type {
  ExplainedKernel,
  ExplainedNode,
  Explanation,
  Program,
  RunReport,
  Target,
} from "./target.js";

export interface DeviceStatus {
  readonly name: string;
  readonly available: boolean;
  readonly detail: string;
}

/** Those that compile stand first: `addTarget` puts them there. */
let targets: ReadonlyMap<string, Target> = new Map([[interpreter.name, interpreter]]);

/**
 * Makes a device known. The public face brings WebAssembly, that of Node native code as well; who imports neither, as
 * `maru/light` does at first, has the interpreter alone.
 */
export function addTarget(target: Target): void {
  targets = new Map([[target.name, target], ...targets]);
}

/** What computes where nobody chose: WebAssembly where it was brought. */
export const defaultTarget = (): Target => targets.get("wasm") ?? interpreter;

/** Names that are known, but have no target here. */
const planned: ReadonlyMap<string, string> = new Map([
  ["wasm", "its compiler has not been loaded (await loadCompiler() loads it)"],
  ["native", "it is there in Node alone"],
  ["webgpu", "this version of maru has no WebGPU target"],
]);

/**
 * Every device that has a name, and whether it can be used here.
 *
 * @example
 * ```ts
 * deviceStatuses().find(({ name }) => name === "wasm")?.available; // true
 * ```
 */
export function deviceStatuses(): DeviceStatus[] {
  const here = [...targets.values()].map(({ name, readiness }) => ({ name, ...(readiness ?? READY) }));
  const others = [...planned].filter(([name]) => !targets.has(name));
  return [...here, ...others.map(([name, detail]) => ({ name, available: false, detail }))];
}

const READY: Readiness = { available: true, detail: "" };

/** Asks all devices that have a choice for so many threads. */
export function setThreads(count: number): void {
  for (const target of targets.values()) target.setThreads?.(count);
}

/**
 * The target of that name; `auto` is native where it is there, else wasm.
 *
 * @throws DeviceError that lists what is there
 */
export function openTarget(name: string): Target {
  if (name === "auto") return openTarget(targets.get("native")?.readiness?.available ? "native" : "wasm");
  const target = targets.get(name);
  if (target?.readiness?.available !== false && target !== undefined) return target;
  const why = target?.readiness?.detail ?? planned.get(name) ?? "there is no device of that name";
  const there = deviceStatuses().filter(({ available }) => available);
  throw new DeviceError(
    `device "${name}" is not available: ${why}. Available: ${there.map((device) => device.name).join(", ")} (npx maru doctor tells more)`,
  );
}
