/**
 * Where the elements of an array go: brackets by axis, rows that wrap, blank lines between blocks, and "..." in
 * place of the middle of an array that is too large to show. Elements are asked for one by one, by their offset
 * in row-major order, so that a summary touches only what it shows.
 */

/** The room that an array is laid out in. */
export interface Layout {
  readonly shape: readonly number[];
  /** Columns in which a row, with its brackets, must end. */
  readonly width: number;
  /** Columns taken by what stands before the array on its first line; later lines are indented by as many. */
  readonly indent: number;
  readonly separator: ", " | " ";
  /** Items kept at each end of an axis, or undefined to show all. */
  readonly edgeitems: number | undefined;
}

const ELLIPSIS = "...";

/** The text of an array with at least one element, with `element(offset)` for each that is shown. */
export function layOut(layout: Layout, element: (offset: number) => string): string {
  const { shape, separator } = layout;
  const strides = rowMajorStrides(shape);

  const axisText = (axis: number, offset: number, indent: number, width: number): string => {
    if (axis === shape.length) return element(offset);
    const stride = strides[axis] as number;
    const inner = (index: number) => axisText(axis + 1, offset + index * stride, indent + 1, width - 1);
    const items = shownIndices(shape[axis] as number, layout.edgeitems);
    const texts = items.map((index) => (index === undefined ? ELLIPSIS : inner(index)));
    if (axis === shape.length - 1) return `[${wrap(texts, separator, indent, width - 1)}]`;
    const blankLines = "\n".repeat(shape.length - 1 - axis);
    return `[${texts.join(separator.trimEnd() + blankLines + " ".repeat(indent))}]`;
  };
  return axisText(0, 0, layout.indent + 1, layout.width);
}

/**
 * The offsets of the elements that a summary lets influence the format. They are those shown, except that
 * NumPy's "last 0 items" is the whole axis.
 */
export function visibleOffsets(shape: readonly number[], edgeitems: number): number[] {
  const strides = rowMajorStrides(shape);
  let offsets = [0];
  shape.forEach((length, axis) => {
    const stride = strides[axis] as number;
    const indices = shownIndices(length, edgeitems === 0 ? undefined : edgeitems);
    offsets = offsets.flatMap((offset) =>
      indices.flatMap((index) => (index === undefined ? [] : [offset + index * stride])),
    );
  });
  return offsets;
}

/** The indices shown along an axis, undefined standing for what is left out. The last one always shows. */
function shownIndices(length: number, edgeitems: number | undefined): (number | undefined)[] {
  if (edgeitems === undefined || length <= 2 * edgeitems) return Array.from({ length }, (_, index) => index);
  const trailing = Math.max(edgeitems, 1);
  return [
    ...Array.from({ length: edgeitems }, (_, index) => index),
    undefined,
    ...Array.from({ length: trailing }, (_, index) => length - trailing + index),
  ];
}

/** Fills lines with words; a word that does not fit starts a new one, unless it is alone on its line. */
function wrap(words: readonly string[], separator: string, indent: number, width: number): string {
  const margin = " ".repeat(indent);
  const lines: string[] = [];
  let line = margin;
  words.forEach((word, index) => {
    if (line.length + word.length > width && line.length > indent) {
      lines.push(line.trimEnd());
      line = margin;
    }
    line += index < words.length - 1 ? word + separator : word;
  });
  lines.push(line);
  return lines.join("\n").slice(indent);
}

function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return strides;
}
