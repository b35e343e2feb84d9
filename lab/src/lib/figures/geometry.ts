/** Places and shapes of drawings in the plane of two inputs. No number that a reader reads comes from here. */

export type Point = readonly [x: number, y: number];

/** A square of the plane, and the drawing that it fills. */
export interface Frame {
  readonly from: number;
  readonly to: number;
  /** Pixels of the drawing's own system, a side. */
  readonly size: number;
  readonly margin: number;
}

export const toPixel = ({ from, to, size, margin }: Frame, [x, y]: Point): Point => {
  const scale = (size - 2 * margin) / (to - from);
  return [margin + (x - from) * scale, size - margin - (y - from) * scale];
};

export const fromPixel = ({ from, to, size, margin }: Frame, [px, py]: Point): Point => {
  const scale = (to - from) / (size - 2 * margin);
  return [from + (px - margin) * scale, from + (size - margin - py) * scale];
};

/** The part of a convex polygon where `level` is at most 0; `level` is linear (Sutherland and Hodgman's clipping). */
export function clip(polygon: readonly Point[], level: (point: Point) => number): Point[] {
  const kept: Point[] = [];
  polygon.forEach((point, i) => {
    const before = polygon[(i + polygon.length - 1) % polygon.length]!;
    const [a, b] = [level(before), level(point)];
    if (a <= 0 !== b <= 0) {
      const part = a / (a - b);
      kept.push([before[0] + part * (point[0] - before[0]), before[1] + part * (point[1] - before[1])]);
    }
    if (b <= 0) kept.push(point);
  });
  return kept;
}

export const square = ({ from, to }: Frame): Point[] => [
  [from, from],
  [to, from],
  [to, to],
  [from, to],
];

/** Where the line w1 x + w2 y = c crosses the square; undefined where it passes by, or where there is no line. */
export function lineIn(frame: Frame, w1: number, w2: number, c: number): readonly [Point, Point] | undefined {
  if (w1 === 0 && w2 === 0) return undefined;
  const corners = square(frame);
  const ends = clip(corners, ([x, y]) => w1 * x + w2 * y - c).filter(
    ([x, y]) => Math.abs(w1 * x + w2 * y - c) < 1e-9 * (1 + Math.abs(c) + Math.abs(w1) + Math.abs(w2)),
  );
  const [first, second] = [ends[0], ends.at(-1)];
  return first !== undefined && second !== undefined && ends.length >= 2 ? [first, second] : undefined;
}

export const path = (points: readonly Point[]): string =>
  points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x.toFixed(2)} ${y.toFixed(2)}`).join("") +
  (points.length > 2 ? "Z" : "");

/** Where the pointer is in an SVG's own system. */
export function pointerIn(svg: SVGSVGElement, event: PointerEvent): Point {
  const box = svg.getBoundingClientRect();
  const view = svg.viewBox.baseVal;
  return [
    view.x + ((event.clientX - box.left) / box.width) * view.width,
    view.y + ((event.clientY - box.top) / box.height) * view.height,
  ];
}

/** Numbers that a hand has set: two decimals. */
export const round = (value: number): number => Math.round(value * 100) / 100 + 0;

/** Where a pointer that is down points, in a frame's own numbers; it is followed until it is up. */
export function pointed(event: PointerEvent, svg: SVGSVGElement, frame: Frame): Point | undefined {
  if (event.type === "pointermove" && event.buttons === 0) return undefined;
  if (event.type === "pointerdown") (event.currentTarget as Element).setPointerCapture(event.pointerId);
  return fromPixel(frame, pointerIn(svg, event));
}

/** How far an arrow key moves a point, further with Shift; undefined for other keys. */
export function arrowed(event: KeyboardEvent, near: number, far: number): Point | undefined {
  const by = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
  if (by === undefined) return undefined;
  event.preventDefault();
  const size = event.shiftKey ? far : near;
  return [by[0]! * size, by[1]! * size];
}
