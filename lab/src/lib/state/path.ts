/** Places in a state by paths such as `layers.0.bias`. */

/** Puts a number where one stands already; false where none does. */
export function setNumber(state: Record<string, unknown>, path: string, value: number): boolean {
  const keys = path.split(".");
  const last = keys.pop()!;
  let at: unknown = state;
  for (const key of keys) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return false;
    at = (at as Record<string, unknown>)[key];
  }
  if (typeof at !== "object" || at === null || !Object.hasOwn(at, last)) return false;
  const holder = at as Record<string, unknown>;
  if (typeof holder[last] !== "number") return false;
  holder[last] = value;
  return true;
}
