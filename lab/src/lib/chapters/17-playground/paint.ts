/** Bytes to colours. A table has a colour for each byte; hatching tells the negative where colour does not. */

/** Colours of the theme as 0xAABBGGRR, the way a picture's data has them. */
export interface Palette {
  readonly theme: string;
  readonly positive: number;
  readonly negative: number;
  readonly third: number;
  readonly raised: number;
  readonly ink: number;
  readonly css: Readonly<
    Record<"positive" | "negative" | "third" | "raised" | "ink" | "quiet" | "line" | "accent", string>
  >;
}

const rgb = (hex: string): [number, number, number] => {
  const digits = hex.replace("#", "");
  // A style sheet may say #fff for #ffffff.
  const value = Number.parseInt(digits.length === 3 ? digits.replace(/./g, "$&$&") : digits, 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
};
const packed = ([r, g, b]: readonly [number, number, number]): number =>
  ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;

let known: Palette | undefined;

/** The colours as they are now, read from the page when the theme has changed. */
export function palette(): Palette {
  const theme = document.documentElement.dataset.theme ?? "";
  if (known?.theme === theme) return known;
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const css = {
    positive: read("positive"),
    negative: read("negative"),
    third: read("good"),
    raised: read("raised"),
    ink: read("ink"),
    quiet: read("quiet"),
    line: read("line-strong"),
    accent: read("accent"),
  };
  const of = (name: keyof typeof css): number => packed(rgb(css[name]));
  known = {
    theme,
    css,
    positive: of("positive"),
    negative: of("negative"),
    third: of("third"),
    raised: of("raised"),
    ink: of("ink"),
  };
  return known;
}

const channels = (colour: number): [number, number, number] => [
  colour & 255,
  (colour >> 8) & 255,
  (colour >> 16) & 255,
];

function mixed(from: number, to: number, part: number): number {
  const [a, b] = [channels(from), channels(to)];
  return packed(a.map((value, i) => Math.round(value + (b[i]! - value) * part)) as [number, number, number]);
}

/** 512 colours: for each byte from -1 to 1 the plain one, and from 256 on the one of a hatch's line. */
export interface Tables {
  readonly palette: Palette;
  readonly signed: Uint32Array;
  /** For three classes: how sure, in 64 steps, of each class; plain and hatched. */
  readonly classes: readonly Uint32Array[];
}

let tables: Tables | undefined;

export function tablesOf(colours: Palette): Tables {
  if (tables?.palette === colours) return tables;
  const signed = new Uint32Array(512);
  for (let byte = 0; byte < 256; byte++) {
    const value = (byte - 127.5) / 127.5;
    const part = Math.abs(value) ** 0.8 * 0.74;
    const colour = value < 0 ? colours.negative : colours.positive;
    signed[byte] = mixed(colours.raised, colour, part);
    signed[byte + 256] = mixed(
      colours.raised,
      colour,
      value < 0 ? Math.min(1, part + 0.1 + 0.1 * part) : part,
    );
  }
  const classes = [colours.negative, colours.positive, colours.third].map((colour) => {
    const table = new Uint32Array(128);
    for (let i = 0; i < 64; i++) {
      table[i] = mixed(colours.raised, colour, 0.08 + (i / 63) * 0.72);
      table[i + 64] = mixed(colours.raised, colour, 0.24 + (i / 63) * 0.72);
    }
    return table;
  });
  tables = { palette: colours, signed, classes };
  return tables;
}

/** Paints pictures of `side` by `side` bytes one under the other. */
export function paintCells(bytes: Uint8Array, side: number, { signed }: Tables, into: Uint32Array): void {
  for (let i = 0; i < bytes.length; i++) {
    const x = i % side;
    const y = (i - x) / side;
    into[i] = signed[bytes[i]! + ((x + y) % 6 < 2 ? 256 : 0)]!;
  }
}

/** Between the bytes of a picture of `side` squares: value at (x, y) of `size`, with rows ahead of time. */
interface Stretch {
  readonly at: Int32Array;
  readonly part: Float32Array;
}
const stretches = new Map<string, Stretch>();
function stretchOf(side: number, size: number): Stretch {
  const key = `${side} ${size}`;
  const found = stretches.get(key);
  if (found !== undefined) return found;
  const at = new Int32Array(size);
  const part = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    const place = Math.min(side - 1, Math.max(0, ((i + 0.5) * side) / size - 0.5));
    at[i] = Math.min(side - 2, Math.floor(place));
    part[i] = place - at[i]!;
  }
  const stretch = { at, part };
  stretches.set(key, stretch);
  return stretch;
}

/** A picture enlarged to `size` by `size` values, bilinear. */
export function enlarged(bytes: Uint8Array, side: number, size: number, into: Float32Array): void {
  const { at, part } = stretchOf(side, size);
  for (let y = 0; y < size; y++) {
    const row = at[y]! * side;
    const v = part[y]!;
    for (let x = 0; x < size; x++) {
      const i = row + at[x]!;
      const u = part[x]!;
      const upper = bytes[i]! + (bytes[i + 1]! - bytes[i]!) * u;
      const lower = bytes[i + side]! + (bytes[i + side + 1]! - bytes[i + side]!) * u;
      into[y * size + x] = upper + (lower - upper) * v;
    }
  }
}

/** One enlarged picture: the colour of its sign, hatched where negative, and a line where it changes. */
export function paintSigned(
  values: Float32Array,
  size: number,
  { signed, palette }: Tables,
  into: Uint32Array,
): void {
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const i = y * size + x;
      const value = values[i]!;
      const below = value < 127.5;
      const edge =
        (x + 1 < size && below !== values[i + 1]! < 127.5) ||
        (y + 1 < size && below !== values[i + size]! < 127.5);
      into[i] = edge ? palette.ink : signed[Math.round(value) + ((x + y) % 12 < 2 ? 256 : 0)]!;
    }
  }
}

/** Three enlarged pictures: the class that is likeliest, each with a texture, and lines between them. */
export function paintClasses(
  planes: readonly [Float32Array, Float32Array, Float32Array],
  size: number,
  { classes, palette }: Tables,
  into: Uint32Array,
): void {
  const [a, b, c] = planes;
  const best = (i: number): number => (a[i]! >= b[i]! ? (a[i]! >= c[i]! ? 0 : 2) : b[i]! >= c[i]! ? 1 : 2);
  for (let y = 0; y < size; y++) {
    let now = best(y * size);
    for (let x = 0; x < size; x++) {
      const i = y * size + x;
      const next = x + 1 < size ? best(i + 1) : now;
      if (next !== now || (y + 1 < size && best(i + size) !== now)) into[i] = palette.ink;
      else {
        const sure = Math.min(63, Math.max(0, Math.floor(((planes[now as 0 | 1 | 2][i]! - 85) / 171) * 64)));
        const line = now === 0 ? (x + y) % 12 < 2 : now === 2 && x % 10 < 2 && y % 10 < 2;
        into[i] = classes[now]![sure + (line ? 64 : 0)]!;
      }
      now = next;
    }
  }
}

/** A canvas without a place in the page, to draw from. */
export function offscreen(
  width: number,
  height: number,
): { canvas: HTMLCanvasElement; context: CanvasRenderingContext2D } {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return { canvas, context: canvas.getContext("2d")! };
}

/** Fits a canvas to its place in the page; its context draws in the page's pixels. */
export function fitted(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const scale = Math.min(2, devicePixelRatio || 1);
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const context = canvas.getContext("2d")!;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  return context;
}

/** A point's mark: filled for training, hollow for test. */
export function drawMark(
  context: CanvasRenderingContext2D,
  label: number,
  x: number,
  y: number,
  r: number,
  hollow: boolean,
  { css }: Palette,
): void {
  const colour = [css.negative, css.positive, css.third][label]!;
  context.beginPath();
  if (label === 1) context.arc(x, y, r, 0, 2 * Math.PI);
  else if (label === 2) context.rect(x - r * 0.88, y - r * 0.88, r * 1.76, r * 1.76);
  else {
    context.moveTo(x, y - r * 1.2);
    context.lineTo(x + r * 1.12, y + r * 0.8);
    context.lineTo(x - r * 1.12, y + r * 0.8);
    context.closePath();
  }
  context.lineWidth = hollow ? 3.2 : 2.4;
  context.strokeStyle = css.raised;
  context.stroke();
  context.fillStyle = hollow ? css.raised : colour;
  context.fill();
  if (hollow) {
    context.lineWidth = 1.7;
    context.strokeStyle = colour;
    context.stroke();
  }
}
