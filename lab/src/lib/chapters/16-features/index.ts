import * as v from "valibot";
import { type Code, slot, ts } from "../../code/template.js";
import { channelsOf, FILTERS, LAYERS } from "../../engine/digits/protocol.js";
import { digits } from "../../engine/digits/session.svelte.js";
import { EMPTY } from "../../figures/digits/picture.js";
import { range, whole } from "../../state/schema.js";
import { chapter } from "../chapter.js";
import {
  BRUSHES,
  type FeaturesLesson,
  KERNELS,
  type KernelName,
  kernelOf,
  MOST_KERNEL,
  MOST_SIDE,
  PICTURE,
  pictureOf,
} from "./lesson.js";
import MapsPanel from "./MapsPanel.svelte";

const NAMES = LAYERS.map(({ name }) => name);

/** Rows of numbers as a program writes them; each is a slot where it has a name. */
function rowsOf(values: readonly number[], side: number, name?: (index: number) => string): Code {
  const rows = Array.from({ length: side }, (_, r) => {
    const cells = Array.from({ length: side }, (_, c) => {
      const value = values[r * side + c]!;
      return name === undefined ? ts`${value}` : ts`${slot(name(r * side + c), value)}`;
    });
    return cells.reduce((line, cell) => ts`${line}, ${cell}`);
  });
  return rows.reduce<Code>((all, row) => ts`${all}\n  [${row}],`, ts``);
}

const maps = ({ kernel }: FeaturesLesson): Code => ts`import { array, nn } from "maru";

const x = array([
  [0, 0, 0, 0, 0, 0],
  [0, 1, 1, 1, 1, 0],
  [0, 0, 0, 0, 1, 0],
  [0, 0, 0, 1, 0, 0],
  [0, 0, 0, 1, 0, 0],
  [0, 0, 0, 0, 0, 0],
]).reshape(1, 1, 6, 6);
const kernel = array([${rowsOf(kernel, 3, (i) => `kernel.${i}`)}
]).reshape(1, 1, 3, 3);
const map = nn.functional.conv2d(x, kernel, null, { padding: 1 });
const pooled = nn.functional.maxPool2d(map.relu(), 2);
console.log(String(map.squeeze()));
console.log(String(pooled.squeeze()));`;

const slide = (state: FeaturesLesson): Code => ts`import { array, nn } from "maru";

const x = array([${rowsOf(pictureOf(state), state.side)}
]).reshape(1, 1, ${state.side}, ${state.side});
const kernel = array([${rowsOf(
  kernelOf(state),
  state.taps,
  (i) => `weights.${Math.floor(i / state.taps) * MOST_KERNEL + (i % state.taps)}`,
)}
]).reshape(1, 1, ${state.taps}, ${state.taps});
const y = nn.functional.conv2d(x, kernel, null, {
  padding: ${slot("padding", state.padding)},
  stride: ${slot("stride", state.stride)},
  dilation: ${slot("dilation", state.dilation)},
});
console.log(String(y.squeeze()));`;

const excite = ({
  kernel,
}: FeaturesLesson): Code => ts`import { array, Generator, grad, nn, sigmoid, type Tensor } from "maru";

const kernel: Tensor = array([${rowsOf(kernel, 3, (i) => `kernel.${i}`)}
]).reshape(1, 1, 3, 3);
// The answer in the middle of an image whose pixels are sigmoids, so that they stay between 0 and 1.
const answer = (z: Tensor): Tensor =>
  nn.functional.conv2d(sigmoid(z), kernel, null, { padding: 1 }).at(0, 0, 3, 3) as Tensor;
let z: Tensor = new Generator(1).normal([1, 1, 7, 7]).mul(0.3);
for (let step = 0; step <= 100; step++) {
  if (step % 25 === 0) console.log(step, String(answer(z)));
  z = z.add(grad(answer)(z).mul(0.5));
}
console.log(String(sigmoid(z).squeeze()));`;

const space = ({ method }: FeaturesLesson): Code => ts`${
  method === "umap"
    ? "// UMAP begins from the principal components too, and then moves neighbours together.\n"
    : ""
}import { Generator, norm, type Tensor } from "maru";

// Two clouds of 50 points with 20 numbers each, and the two axes along which they differ most.
const draw = new Generator(1);
const cloud = draw.normal([100, 20]);
const x: Tensor = cloud.add(draw.uniform([20]).mul(cloud.at(":", 0).gt(0).reshape(100, 1)).mul(4));
const centred: Tensor = x.sub(x.mean(0));
const covariance: Tensor = centred.transpose().dot(centred).div(100);
const axes: Tensor[] = [];
for (let k = 0; k < 2; k++) {
  let axis: Tensor = draw.normal([20]);
  for (let i = 0; i < 100; i++) {
    axis = covariance.dot(axis);
    for (const other of axes) axis = axis.sub(other.mul(axis.dot(other)));
    axis = axis.div(norm(axis));
  }
  axes.push(axis);
}
const variances = axes.map((axis) => axis.dot(covariance.dot(axis)));
console.log(variances.map(String));
console.log(String(centred.at(0).dot(axes[0]!)), String(centred.at(0).dot(axes[1]!)));`;

const CODE: Readonly<Record<string, (lesson: FeaturesLesson) => Code>> = { maps, slide, excite, space };
const set = (values: Partial<FeaturesLesson>) => (lesson: Record<string, unknown>) =>
  void Object.assign(lesson, values);
const painted = (name: KernelName) => set({ kernel: [...KERNELS[name]], painted: true });

export default chapter({
  schema: v.object({
    ink: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{784}$/)), EMPTY),
    ready: v.optional(v.boolean(), false),
    test: v.optional(whole(0, 9999), 0),
    layer: v.optional(v.picklist(NAMES), "conv1"),
    channel: v.optional(whole(0, 31), 0),
    filter: v.optional(whole(0, channelsOf("conv1") - 1), 0),
    painted: v.optional(v.boolean(), false),
    kernel: v.optional(v.pipe(v.array(range(-9, 9)), v.length(9)), [...KERNELS.vertical]),
    brush: v.optional(v.picklist(BRUSHES), 1),
    side: v.optional(whole(3, MOST_SIDE), 7),
    picture: v.optional(v.pipe(v.string(), v.regex(/^[0-9]{64}$/)), PICTURE),
    taps: v.optional(whole(1, MOST_KERNEL), 3),
    weights: v.optional(
      v.pipe(v.array(range(-9, 9)), v.length(MOST_KERNEL ** 2)),
      [-1, 0, 1, 0, -1, 0, 1, 0, -1, 0, 1, 0, 0, 0, 0, 0],
    ),
    padding: v.optional(whole(0, 2), 0),
    stride: v.optional(whole(1, 4), 1),
    dilation: v.optional(whole(1, 3), 1),
    row: v.optional(whole(0, 11), 0),
    column: v.optional(whole(0, 11), 0),
    wishLayer: v.optional(v.picklist(FILTERS), "linear"),
    wishFilter: v.optional(whole(0, 31), 3),
    everywhere: v.optional(v.boolean(), true),
    mapLayer: v.optional(v.picklist(["pixels", ...NAMES]), "pixels"),
    method: v.optional(v.picklist(["pca", "umap"]), "pca"),
    point: v.optional(whole(0, 499), 0),
  }),
  panels: [
    { id: "maps", component: MapsPanel },
    { id: "slide", load: () => import("./SlidePanel.svelte") },
    { id: "excite", load: () => import("./ExcitePanel.svelte") },
    { id: "space", load: () => import("./SpacePanel.svelte") },
  ],
  code: (lesson, panel) => CODE[panel]!(lesson),
  write: (lesson, name, value) => {
    const bounded = (least: number, most: number): number =>
      Math.min(most, Math.max(least, Math.round(value)));
    const [key, index] = name.split(".");
    if (key === "kernel" || key === "weights") lesson[key][Number(index)] = Math.min(9, Math.max(-9, value));
    else if (key === "padding") lesson.padding = bounded(0, 2);
    else if (key === "stride") lesson.stride = bounded(1, 4);
    else if (key === "dilation") lesson.dilation = bounded(1, 3);
  },
  weights: () => digits.weights(),
  actions: {
    vertical: painted("vertical"),
    horizontal: painted("horizontal"),
    spot: painted("spot"),
    mean: painted("mean"),
    learned: set({ painted: false }),
    same: set({ side: 7, taps: 3, padding: 1, stride: 1, dilation: 1 }),
    half: set({ side: 8, taps: 3, padding: 1, stride: 2, dilation: 1 }),
    wide: set({ side: 8, taps: 3, padding: 0, stride: 1, dilation: 3 }),
    large: set({ side: 3, taps: 3, padding: 0, stride: 1, dilation: 2 }),
    edges: set({ wishLayer: "relu1", wishFilter: 0, everywhere: false }),
    parts: set({ wishLayer: "relu2", wishFilter: 0, everywhere: true }),
    digits: set({ wishLayer: "linear", wishFilter: 3, everywhere: true }),
    scores: set({ mapLayer: "linear" }),
    pixels: set({ mapLayer: "pixels" }),
    umap: set({ method: "umap" }),
  },
});
