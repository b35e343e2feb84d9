/** Programs with numbers that a slider and the reader's keyboard both can change. */

/** A number in a program. `name` is its path in the chapter's state. */
export interface Slot {
  readonly name: string;
  readonly text: string;
}

export type Code = readonly (string | Slot)[];

/** A number as a program says it: exact, and never in exponents where digits will do. */
export const numberText = (value: number): string => (Object.is(value, -0) ? "0" : String(value));

export const slot = (name: string, value: number): Slot => ({ name, text: numberText(value) });

/** A program as a template: strings and numbers stand in it as they are, slots stay places, and code is put in. */
export function ts(
  strings: TemplateStringsArray,
  ...values: readonly (string | number | Slot | Code)[]
): Code {
  const pieces: (string | Slot)[] = [];
  const put = (piece: string | Slot): void => {
    const last = pieces.at(-1);
    if (typeof piece === "string" && typeof last === "string") pieces[pieces.length - 1] = last + piece;
    else if (piece !== "") pieces.push(piece);
  };
  strings.forEach((text, i) => {
    put(text);
    const value = values[i];
    if (value === undefined) return;
    if (typeof value === "number") put(numberText(value));
    else if (typeof value === "string") put(value);
    else if ("name" in value) put(value);
    else value.forEach(put);
  });
  return pieces;
}

/** The program's text alone. */
export const textOf = (code: Code): string =>
  code.map((piece) => (typeof piece === "string" ? piece : piece.text)).join("");

/** The number that stands there, if it is one: what TypeScript reads as a number, with a sign. */
export function numberIn(text: string): number | undefined {
  const trimmed = text.trim();
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : undefined;
}
