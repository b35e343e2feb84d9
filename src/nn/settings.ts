/** Checks of the settings that layers, activations and initialisers are given. */
import { ValueError } from "../errors.js";

/** Throws a ValueError unless each setting is a finite number. */
export function finite(name: string, settings: Readonly<Record<string, number>>): void {
  for (const [what, value] of Object.entries(settings)) {
    if (typeof value === "number" && Number.isFinite(value)) continue;
    throw new ValueError(`${name}: ${what} must be a finite number, got ${String(value)}`);
  }
}

/** Throws a ValueError unless a condition on settings holds. */
export function settingsMust(name: string, holds: boolean, words: string): void {
  if (!holds) throw new ValueError(`${name}: ${words}`);
}
