/** Reading the pictures of the examples back: paths, places and grey regions of an SVG made by `plot`. */

/** The paths in all groups that Plot labels so. */
export function pathsOf(svg: string, label: string): string[] {
  const groups = [...svg.matchAll(new RegExp(`<g[^>]* aria-label="${label}">(.*?)</g>`, "g"))];
  return groups.flatMap((group) =>
    [...group[1]!.matchAll(/<path[^>]* d="([^"]+)"/g)].map((path) => path[1]!),
  );
}

/** All numbers in a text, such as path data. */
export const numbersOf = (text: string): number[] =>
  [...text.matchAll(/-?\d+(\.\d+)?/g)].map((match) => Number(match[0]));

/** Where a point of the plane lies in the SVG, when the frame covers `from` to `to` along both axes. */
export function place(svg: string, [x, y]: readonly [number, number], from: number, to: number) {
  const frame = /<rect[^>]* aria-label="frame"[^>]*>/.exec(svg)![0];
  const side = (name: string): number => Number(new RegExp(` ${name}="([^"]+)"`).exec(frame)![1]);
  const unit = (value: number): number => (value - from) / (to - from);
  return { x: side("x") + unit(x) * side("width"), y: side("y") + (1 - unit(y)) * side("height") };
}

/** Does the grey region, a path of rectangles, cover a point of the plane? */
export function isGrey(svg: string, point: readonly [number, number], from = -0.5, to = 1.5): boolean {
  const { x, y } = place(svg, point, from, to);
  return pathsOf(svg, "region")
    .flatMap((path) => path.split("Z").filter(Boolean))
    .some((rectangle) => {
      const [x0, y0, x1, y1] = numbersOf(rectangle) as [number, number, number, number];
      return x >= x0 && x <= x1 && y <= y0 && y >= y1;
    });
}
