/** Maps as pictures: blue above zero, orange below, paper at it. */
import { type Colour, colourOf } from "../../figures/theme.js";

export interface Palette {
  readonly paper: Colour;
  readonly positive: Colour;
  readonly negative: Colour;
}

export const paletteOf = (drawing: CanvasRenderingContext2D): Palette => ({
  paper: colourOf(drawing, "--raised"),
  positive: colourOf(drawing, "--positive"),
  negative: colourOf(drawing, "--negative"),
});

/** A value of the size `most` has the whole colour. */
export function paintMap(
  drawing: CanvasRenderingContext2D,
  { paper, positive, negative }: Palette,
  values: Float32Array,
  width: number,
  most: number,
): void {
  const image = drawing.createImageData(width, values.length / width);
  values.forEach((value, i) => {
    const share = Math.min(1, Math.abs(value) / Math.max(1e-9, most));
    const end = value > 0 ? positive : negative;
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = paper[c]! + (end[c]! - paper[c]!) * share;
    image.data[4 * i + 3] = 255;
  });
  drawing.putImageData(image, 0, 0);
}
