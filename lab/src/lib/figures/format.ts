/** Numbers as figures show them. */

/** At most so many decimals, no zeros at the end, and a real minus sign. */
export function shown(value: number, decimals = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  const rounded = Number(value.toFixed(decimals));
  return (Object.is(rounded, -0) ? 0 : rounded).toString().replace("-", "−");
}

/** With its sign, plus too: for terms of a sum. */
export const signed = (value: number, decimals = 3): string => {
  const text = shown(value, decimals);
  return text.startsWith("−") || text === "0" || text === "NaN" ? text : `+${text}`;
};

/** The class that colours a number: blue above zero, orange below. The sign stands beside it. */
export const signClass = (value: number): "positive" | "negative" | "" =>
  value > 0 ? "positive" : value < 0 ? "negative" : "";

/** A shape as NumPy writes it: `(3,2)`, `(3,)`. */
export const shapeText = (shape: readonly number[]): string =>
  shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(",")})`;
