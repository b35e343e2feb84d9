/** Holds what an example's expression gives against the comment beside it. */
import { Tensor } from "../../src/index.js";

/** A value as the comments write it: `[2, 3]`, `{ a: 1 }`, `Float32Array [1, 2]`; a text as it is. */
export function show(value: unknown, inside = false): string {
  if (typeof value === "string") return inside ? JSON.stringify(value) : value;
  if (value instanceof Tensor) return String(value);
  if (ArrayBuffer.isView(value))
    return `${value.constructor.name} [${[...(value as Uint8Array)].join(", ")}]`;
  if (Array.isArray(value)) return `[${value.map((item) => show(item, true)).join(", ")}]`;
  if (value instanceof Map) {
    const entries = [...value].map(([key, item]) => `${show(key, true)} => ${show(item, true)}`);
    return `Map { ${entries.join(", ")} }`;
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => `${key}: ${show(item, true)}`);
    return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
  }
  return Object.is(value, -0) ? "-0" : String(value);
}

/** A comment that announces an error: its class and its words, of which ` ...` may leave out the end. */
const announcedError = /^(\w+(?:Error|Problem)): ([\s\S]*)$/;

/** Is an error announced there? Then the compiler may refuse the expression too, in the same words. */
export const announced = (expected: string): string | null => announcedError.exec(expected)?.[2] ?? null;

/** What is wrong, or null where the expression gives what the comment says. */
export async function mismatch(
  evaluate: () => unknown,
  expected: string,
): Promise<{ expected: string; found: string } | null> {
  const error = announcedError.exec(expected);
  let found: string;
  let text = false;
  try {
    const value = await evaluate();
    text = typeof value === "string";
    found = show(value);
  } catch (thrown) {
    if (error === null || !(thrown instanceof Error)) throw thrown;
    found = `${thrown.name}: ${thrown.message}`;
    if (expected.endsWith(" ...") && found.startsWith(expected.slice(0, -4))) return null;
  }
  // A text may stand in quotes.
  if (found === expected || (text && JSON.stringify(found) === expected)) return null;
  return { expected, found };
}
