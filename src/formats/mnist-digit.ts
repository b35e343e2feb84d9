/**
 * Turns a picture of a digit, as people draw and scan them, into what a network trained on MNIST expects to see: white
 * strokes on black, in a box of 20 by 20, with the centre of mass in the middle of 28 by 28.
 *
 * Source: the MNIST page of LeCun, Cortes and Burges: digits were fitted into 20x20 keeping their proportions, made grey
 * by anti-aliasing, and centred in 28x28 by their centre of mass. In the data set itself the centre of mass lies within
 * half a pixel of column 14 and row 14, counted from 0; so it does here.
 */
import { DataError } from "../errors.js";
import { checkGrayImage, type GrayImage } from "./png.js";

const FIELD = 28;
const BOX = 20;
const CENTER = 14;
/** Ink fainter than this part of the strongest is paper: grain, shadows, the blocks of a JPEG. */
const FAINT = 0.15;
/** Paper and ink that differ by less than this are the same. */
const LEAST_CONTRAST = 0.02;

/** The value that a picture's edge mostly has. */
function borderMedian({ width, height, data }: GrayImage): number {
  const border = data.filter((_, i) => {
    const x = i % width;
    const y = (i - x) / width;
    return x === 0 || y === 0 || x === width - 1 || y === height - 1;
  });
  return border.sort()[border.length >> 1]!;
}

/** Brightest and darkest value; a spread of many millions of values would not fit the stack. */
function range(data: Float32Array): { darkest: number; brightest: number } {
  let darkest = Infinity;
  let brightest = -Infinity;
  for (const value of data) {
    if (value < darkest) darkest = value;
    if (value > brightest) brightest = value;
  }
  return { darkest, brightest };
}

/** How strong the ink is at each pixel, 0 for paper and 1 for the strongest, and whether it is darker than the paper. */
function extractInk(image: GrayImage): { ink: Float32Array; dark: boolean } {
  const paper = borderMedian(image);
  const { darkest, brightest } = range(image.data);
  const dark = paper - darkest > brightest - paper;
  const contrast = dark ? paper - darkest : brightest - paper;
  if (!(contrast >= LEAST_CONTRAST)) {
    throw new DataError(
      `toMnistDigit: the picture is blank (greys from ${darkest} to ${brightest}); draw a digit that stands out`,
    );
  }
  const ink = image.data.map((value) => {
    const strength = (dark ? paper - value : value - paper) / contrast;
    return strength < FAINT ? 0 : strength;
  });
  return { ink, dark };
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function boundingBox(ink: Float32Array, width: number): Box {
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  for (let i = 0; i < ink.length; i++) {
    if (ink[i] === 0) continue;
    const x = i % width;
    const y = (i - x) / width;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/**
 * Weights of averaging `from` cells into `to` cells: cell j covers [j, j+1) * from/to, and takes of each old cell the part
 * that it covers. Where `to` is larger, old cells are spread in the same way.
 */
function areaWeights(from: number, to: number): { first: number; weights: number[] }[] {
  return Array.from({ length: to }, (_, j) => {
    const start = (j * from) / to;
    const end = ((j + 1) * from) / to;
    const first = Math.floor(start);
    const last = Math.min(Math.ceil(end), from);
    const weights = Array.from(
      { length: last - first },
      (_, k) => (Math.min(end, first + k + 1) - Math.max(start, first + k)) / (end - start),
    );
    return { first, weights };
  });
}

/** The box of the ink, averaged into width by height cells. */
function shrink(ink: Float32Array, stride: number, box: Box, width: number, height: number): Float64Array {
  const columns = areaWeights(box.width, width);
  const rows = areaWeights(box.height, height);
  const small = new Float64Array(width * height);
  rows.forEach((row, y) => {
    columns.forEach((column, x) => {
      let sum = 0;
      row.weights.forEach((rowWeight, dy) => {
        const start = (box.top + row.first + dy) * stride + box.left + column.first;
        column.weights.forEach((columnWeight, dx) => {
          sum += rowWeight * columnWeight * ink[start + dx]!;
        });
      });
      small[y * width + x] = sum;
    });
  });
  return small;
}

/** Column and row of the centre of mass, counted from 0. */
function centerOfMass(values: Float64Array, width: number): { x: number; y: number } {
  let mass = 0;
  let x = 0;
  let y = 0;
  values.forEach((value, i) => {
    mass += value;
    x += value * (i % width);
    y += value * Math.floor(i / width);
  });
  return { x: x / mass, y: y / mass };
}

/** Where the box begins, so that its centre of mass comes to the field's centre and none of it falls outside. */
const place = (center: number, size: number): number =>
  Math.min(Math.max(Math.round(CENTER - center), 0), FIELD - size);

/**
 * A digit's picture as MNIST has its digits: 784 values from 0 (paper) to 1 (ink), row by row.
 *
 * The paper is the median of the picture's edge, and the ink is whatever differs from it most, so that pencil on grey
 * paper, chalk on a blackboard and print all come out white on black. The ink's bounding box is fitted into 20 by 20 with
 * its proportions kept, each cell the average of the area it covers; the strongest cell is made 1; the centre of mass is
 * moved to column 14 and row 14.
 *
 * A picture that is 28 by 28 already is taken to be prepared: it is returned as it is, or as 1 - v where its paper is
 * the brighter part.
 *
 * @throws DataError for a picture without anything on it; ValueError and ShapeError where sizes and values disagree.
 *
 * @example
 * ```ts
 * import { decodePng, toMnistDigit } from "maru/formats";
 * const response = await fetch("seven.png");
 * const image = decodePng(new Uint8Array(await response.arrayBuffer()), { background: "contrast" });
 * toMnistDigit(image); // Float32Array of 784
 * ```
 */
export function toMnistDigit(image: GrayImage): Float32Array {
  checkGrayImage("toMnistDigit", image);
  const { ink, dark } = extractInk(image);
  if (image.width === FIELD && image.height === FIELD) {
    return dark ? image.data.map((value) => 1 - value) : image.data.slice();
  }
  const box = boundingBox(ink, image.width);
  const scale = BOX / Math.max(box.width, box.height);
  const width = Math.max(1, Math.round(box.width * scale));
  const height = Math.max(1, Math.round(box.height * scale));
  const small = shrink(ink, image.width, box, width, height);
  const strongest = small.reduce((a, b) => Math.max(a, b), 0);
  const center = centerOfMass(small, width);
  const left = place(center.x, width);
  const top = place(center.y, height);
  const field = new Float32Array(FIELD * FIELD);
  small.forEach((value, i) => {
    field[(top + Math.floor(i / width)) * FIELD + left + (i % width)] = value / strongest;
  });
  return field;
}
