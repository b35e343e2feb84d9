/** Devices by name. Asking for one that is not there says why, and what would bring it. */
import { DeviceError } from "../errors.js";
import { interpreter } from "./interpreter/interpreter.js";
import type { Target } from "./target.js";

export type { RunReport, Target } from "./target.js";

export interface DeviceStatus {
  readonly name: string;
  readonly available: boolean;
  readonly detail: string;
}

const targets: ReadonlyMap<string, Target> = new Map([[interpreter.name, interpreter]]);

/** Names that the design knows but this version has no target for. */
const planned: ReadonlyMap<string, string> = new Map([
  ["wasm", "this version of maru has no WebAssembly target"],
  ["native", "this version of maru has no native (C) target"],
  ["webgpu", "this version of maru has no WebGPU target"],
]);

/**
 * Every device that has a name, and whether it can be used here.
 *
 * @example
 * ```ts
 * deviceStatuses().filter(({ available }) => available).map(({ name }) => name); // ["interpreter"]
 * ```
 */
export function deviceStatuses(): DeviceStatus[] {
  const here = [...targets.keys()].map((name) => ({
    name,
    available: true,
    detail: "plain TypeScript on one thread; runs everywhere",
  }));
  return [...here, ...[...planned].map(([name, detail]) => ({ name, available: false, detail }))];
}

/** The target of that name; throws a `DeviceError` that lists what is there. */
export function openTarget(name: string): Target {
  const target = targets.get(name);
  if (target !== undefined) return target;
  const why = planned.get(name) ?? "there is no device of that name";
  throw new DeviceError(
    `device "${name}" is not available: ${why}. Available: ${[...targets.keys()].join(", ")} (npx maru doctor tells more)`,
  );
}
