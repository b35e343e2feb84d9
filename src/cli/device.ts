/** `--device`: what computes. */
import { getDevice, setDevice } from "../node.js";
import type { Output } from "./output.js";

/** Chooses the device that was asked for, and says which one it is where that was left open; its name. */
export function chooseDevice(name: string | undefined, output: Output): string {
  if (name !== undefined) setDevice(name);
  const device = getDevice();
  if (name === "auto") output.remark(`Device auto: ${device}.`);
  return device;
}
