/** A grayscale picture by itself in the terminal, a digit for example: no axes, one character for two pixels. */
import { ShapeError, ValueError } from "../errors.js";
import { CharacterCanvas } from "./character-canvas.js";
import { checkInterval, checkPositive, type Interval } from "./marks.js";
import { rampLetter, setHalfBlock } from "./terminal-cells.js";
import { type ColorChoice, resolveColor } from "./terminal-color.js";
import { finiteExtent, formatShape, type NumericInput, readNumbers } from "./values.js";

export interface TerminalImageOptions {
  /** Colours: by default as standard output has them. */
  color?: ColorChoice;
  /** The values that are black and white; by default the least and the greatest. */
  range?: Interval;
}

/**
 * A grayscale picture as text: `width` characters by `height / 2` lines, two pixels a character.
 * With colours the pixels are half blocks; without, letters from " " (black) to "@" (white).
 *
 * @param pixels width x height numbers, row after row, nested or flat; NaN is black.
 * @throws ShapeError where there are more or fewer; ValueError for a size that is not a positive whole number.
 * @example
 * console.log(terminalImage([0, 255, 255, 0], 2, 2, { color: false })); // "++"
 */
export function terminalImage(
  pixels: NumericInput,
  width: number,
  height: number,
  options: TerminalImageOptions = {},
): string {
  for (const [name, size] of [
    ["width", width],
    ["height", height],
  ] as const) {
    checkPositive("terminalImage", name, size);
    if (!Number.isInteger(size))
      throw new ValueError(`terminalImage: ${name} must be a whole number, got ${size}`);
  }
  const { values, shape } = readNumbers("terminalImage", "the picture", pixels);
  if (values.length !== width * height) {
    throw new ShapeError(
      `terminalImage: a ${width} x ${height} picture has ${width * height} pixels, got shape ${formatShape(shape)}`,
    );
  }
  const [black, white] = options.range
    ? checkInterval("terminalImage", "range", options.range)
    : (finiteExtent(values) ?? [0, 1]);
  const unitAt = (column: number, row: number): number | null => {
    if (row >= height) return null;
    const value = values[row * width + column]!;
    if (black === white) return value > 0 ? 1 : 0;
    return Number.isNaN(value) ? 0 : Math.min(1, Math.max(0, (value - black) / (white - black)));
  };
  const depth = resolveColor(options.color);
  const canvas = new CharacterCanvas(width, Math.ceil(height / 2));
  for (let row = 0; row < canvas.rows; row++) {
    for (let column = 0; column < width; column++) {
      const [upper, lower] = [unitAt(column, 2 * row), unitAt(column, 2 * row + 1)];
      if (depth === "none") {
        canvas.setLetter(column, row, rampLetter(lower === null ? upper! : (upper! + lower) / 2), null);
      } else {
        setHalfBlock(canvas, column, row, upper, lower, grey);
      }
    }
  }
  return canvas.toLines(depth).join("\n");
}

function grey(unit: number): readonly [number, number, number] {
  const level = Math.round(unit * 255);
  return [level, level, level];
}
