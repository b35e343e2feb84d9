/**
 * The edges of a network, drawn between its columns. Strokes cost more than all else in the drawing, so a layer is drawn
 * again only when one of its edges has come to look otherwise.
 */
import { placesOf } from "../../engine/playground/settings.js";
import { curveOf, type Plan, WIDTHS, widthOf } from "./diagram.js";
import type { Palette } from "./paint.js";

export interface EdgeView {
  readonly plan: Plan;
  readonly sizes: readonly number[];
  /** A weight or a gradient for each edge, as `placesOf` lays them. */
  readonly values: Float32Array;
  readonly gradients: boolean;
  /** Layer and place of the neuron that is chosen: the others' edges are faint. */
  readonly chosen: readonly [layer: number, place: number] | undefined;
  readonly colours: Palette;
}

/** Looks of an edge: nothing, or 1 + 4 × width + 2 where negative + 1 where faint. */
type Looks = Uint8Array;

/** How wide: weights beside the largest one (at least 1), gradients over four powers of ten. */
function widths({ values, gradients }: EdgeView): (value: number) => number {
  let most = gradients ? 0 : 1;
  for (const value of values) if (Math.abs(value) > most) most = Math.abs(value);
  return (value) => {
    const size = Math.abs(value);
    if (!gradients) return widthOf(size, most);
    return most > 0 && size > 0 ? Math.floor((1 + Math.log10(size / most) / 4) * (WIDTHS.length - 0.01)) : -1;
  };
}

export class EdgePainter {
  #plan: Plan | undefined;
  #colours: Palette | undefined;
  #drawn: (Looks | undefined)[] = [];
  #turn = 0;

  /** Nothing of what was drawn counts any more. */
  clear(context: CanvasRenderingContext2D, plan: Plan): void {
    context.clearRect(0, 0, plan.width, plan.height);
    this.#drawn = [];
  }

  /** Draws the layers that look otherwise by now, `atMost` of them; the next ones have their turn the next time. */
  paint(context: CanvasRenderingContext2D, view: EdgeView, atMost: number): void {
    const { plan, sizes, values, chosen, colours } = view;
    if (plan !== this.#plan || colours !== this.#colours) this.clear(context, plan);
    [this.#plan, this.#colours] = [plan, colours];
    const widthOf = widths(view);
    const places = placesOf(sizes);
    let left = atMost;
    for (let i = 0; i < places.length && left > 0; i++) {
      const layer = (this.#turn + i) % places.length;
      const { weight, ins, outs } = places[layer]!;
      const looks = new Uint8Array(ins * outs);
      for (let edge = 0; edge < looks.length; edge++) {
        const value = values[weight + edge]!;
        const width = widthOf(value);
        const faint =
          chosen !== undefined && (chosen[0] !== layer + 1 || chosen[1] !== Math.floor(edge / ins));
        looks[edge] = width < 0 ? 0 : 1 + width * 4 + (value < 0 ? 2 : 0) + (faint ? 1 : 0);
      }
      const before = this.#drawn[layer];
      if (before?.length === looks.length && before.every((look, edge) => look === looks[edge])) continue;
      this.#drawn[layer] = looks;
      drawLayer(context, view, layer, ins, looks);
      left--;
      if (left === 0) this.#turn = layer + 1;
    }
  }
}

function drawLayer(
  context: CanvasRenderingContext2D,
  { plan, colours: { css } }: EdgeView,
  layer: number,
  ins: number,
  looks: Looks,
): void {
  const [from, to] = [plan.columns[layer]![0]!.x + plan.half, plan.columns[layer + 1]![0]!.x - plan.half];
  context.clearRect(from, 0, to - from, plan.height);
  const strokes = new Map<number, Path2D>();
  looks.forEach((look, edge) => {
    if (look === 0) return;
    let path = strokes.get(look - 1);
    if (path === undefined) strokes.set(look - 1, (path = new Path2D()));
    const [x1, y1, bend, x2, y2] = curveOf(plan, { layer, from: edge % ins, to: Math.floor(edge / ins) });
    path.moveTo(x1, y1);
    path.bezierCurveTo(bend, y1, bend, y2, x2, y2);
  });
  for (const [look, path] of strokes) {
    const width = look >> 2;
    context.lineWidth = WIDTHS[width]!;
    context.strokeStyle = look & 2 ? css.negative : css.positive;
    context.setLineDash(look & 2 ? [5, 3.5] : []);
    context.globalAlpha = look & 1 ? 0.16 : 0.5 + width * 0.08;
    context.stroke(path);
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}
