/** Whether a terminal shows colours, and the escape codes that it understands for them. */
import type { Rgb } from "./palette.js";

/** `true` asks for colour of whatever depth the terminal has; `false` for none; a name for exactly that depth. */
export type ColorChoice = boolean | "256" | "truecolor";

export type ColorDepth = "none" | "256" | "truecolor";

/**
 * The colours to write. Left open, they are those of standard output: none where it is not a terminal or where
 * NO_COLOR is set (no-color.org), unless FORCE_COLOR asks for them.
 */
export function resolveColor(choice: ColorChoice | undefined): ColorDepth {
  if (choice === "256" || choice === "truecolor") return choice;
  if (choice === false) return "none";
  const environment = typeof process === "undefined" ? {} : (process.env ?? {});
  const isForced = isSet(environment.FORCE_COLOR) && environment.FORCE_COLOR !== "0";
  if (choice === true || (isForced && !isSet(environment.NO_COLOR))) {
    return /truecolor|24bit/i.test(environment.COLORTERM ?? "") ? "truecolor" : "256";
  }
  if (isSet(environment.NO_COLOR) || environment.FORCE_COLOR === "0" || typeof process === "undefined") {
    return "none";
  }
  const bits = process.stdout?.isTTY ? process.stdout.getColorDepth() : 1;
  return bits >= 24 ? "truecolor" : bits >= 8 ? "256" : "none";
}

/** The code that sets the colour of the letters (`"text"`) or of the paper behind them (`"paper"`). */
export function colorCode(depth: "256" | "truecolor", layer: "text" | "paper", color: Rgb): string {
  const target = layer === "text" ? 38 : 48;
  if (depth === "truecolor") return `\x1b[${target};2;${color.join(";")}m`;
  return `\x1b[${target};5;${nearest256(color)}m`;
}

/** Back to the terminal's own colours. */
export const resetCode = "\x1b[0m";

/** The nearest of the 256 standard colours: a 6x6x6 cube (16 to 231) and 24 greys (232 to 255). */
function nearest256([red, green, blue]: Rgb): number {
  const levels = [0, 95, 135, 175, 215, 255];
  const closest = (value: number) =>
    levels.reduce(
      (best, level, index) => (Math.abs(level - value) < Math.abs(levels[best]! - value) ? index : best),
      0,
    );
  const cube = [closest(red), closest(green), closest(blue)] as const;
  const grey = Math.max(0, Math.min(23, Math.round(((red + green + blue) / 3 - 8) / 10)));
  const greyLevel = 8 + 10 * grey;
  const distance = (r: number, g: number, b: number) => (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
  const cubeDistance = distance(levels[cube[0]]!, levels[cube[1]]!, levels[cube[2]]!);
  return distance(greyLevel, greyLevel, greyLevel) < cubeDistance
    ? 232 + grey
    : 16 + 36 * cube[0] + 6 * cube[1] + cube[2];
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}
