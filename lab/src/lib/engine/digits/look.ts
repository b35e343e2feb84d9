/** Looks into the trained network: the digits that a filter answers to most, images made for it, maps of digits. */
import { array, Generator, type Tensor } from "maru";
import { UMAP } from "umap-js";
import type { Digits } from "./data.js";
import type { Network } from "./network.js";
import {
  BATCH,
  channelsOf,
  type Dreamed,
  type Excited,
  type FilterLayer,
  type Mapped,
  type MapWish,
  PIXELS,
  SIDE,
  type Wish,
} from "./protocol.js";

/** How many test digits are asked which of them excites a filter most, and how many are on a map. */
export const ASKED = 2000;
const ON_MAP = 500;
const SHOWN = 9;
const DREAM_STEPS = 120;
/** UMAP begins from so many axes of a PCA: it looks at distances, and these hold nearly all of them. */
const AXES = 30;
const ITERATIONS = 40;

/** Lets messages in; false when nobody waits for the answer any more. */
type Breath = () => Promise<boolean>;

export const imageOf = ({ images }: Digits, index: number): Float32Array =>
  Float32Array.from(images.subarray(index * PIXELS, (index + 1) * PIXELS), (byte) => byte / 255);

/** For each filter of a layer, the digits of the first 2,000 to which it answers most. */
export async function best(
  network: Network,
  digits: Digits,
  layer: FilterLayer,
  breath: Breath,
): Promise<Excited[][] | undefined> {
  const channels = channelsOf(layer);
  const found = Array.from(
    { length: channels },
    () => [] as { index: number; value: number; place: number }[],
  );
  for (let from = 0; from < ASKED; from += BATCH) {
    const { values, places } = await network.strongest(digits, layer, from, BATCH);
    found.forEach((kept, filter) => {
      for (let i = 0; i < BATCH; i++) {
        const at = i * channels + filter;
        kept.push({ index: from + i, value: values[at]!, place: places[at]! });
      }
      kept.sort((a, b) => b.value - a.value).splice(SHOWN);
    });
    if (!(await breath())) return undefined;
  }
  const width = layer === "relu1" ? SIDE : layer === "relu2" ? SIDE / 2 : 1;
  return found.map((kept) =>
    kept.map(({ index, value, place }) => ({
      index,
      label: digits.labels[index]!,
      image: imageOf(digits, index),
      value,
      row: Math.floor(place / width),
      column: place % width,
    })),
  );
}

export async function dream(
  network: Network,
  wish: Wish,
  say: (dreamed: Dreamed) => void,
  breath: Breath,
): Promise<void> {
  const step = network.dreamer(wish);
  // It begins as faint noise, the same each time.
  let z = new Generator(1).normal([1, 1, SIDE, SIDE]).mul(0.3).sub(1) as Tensor;
  let first: number | undefined;
  for (let i = 1; i <= DREAM_STEPS; i++) {
    const [next, image, value] = step(z);
    z = next;
    const now = (await value.data())[0] as number;
    first ??= now;
    say({
      step: i,
      steps: DREAM_STEPS,
      image: Float32Array.from((await image.data()) as ArrayLike<number>),
      value: now,
      first,
    });
    if (!(await breath())) return;
  }
}

/**
 * Rows of unit length at right angles to each other, by Gram and Schmidt, twice for the rounding. One that the others
 * span already becomes zeros: what rounding leaves of it has no direction.
 */
function orthonormal(rows: readonly Float64Array[]): Float64Array[] {
  const done: Float64Array[] = [];
  for (const row of rows) {
    const before = Math.hypot(...row);
    for (const other of [...done, ...done]) {
      let dot = 0;
      for (let i = 0; i < row.length; i++) dot += row[i]! * other[i]!;
      for (let i = 0; i < row.length; i++) row[i]! -= dot * other[i]!;
    }
    const length = Math.hypot(...row);
    done.push(length > 1e-5 * before ? row.map((value) => value / length) : row.fill(0));
  }
  return done;
}

/**
 * The principal components of n rows: their coordinates on the `axes` axes along which they differ most, and which part
 * of the variance each keeps. The n by n products of the centred rows have the same eigenvalues as their covariance, and
 * are fewer; their eigenvectors are found by orthogonal iteration.
 */
export function principal(
  values: Float32Array,
  n: number,
  axes: number,
): { coordinates: number[][]; kept: number[] } {
  const rows = array(values).reshape(n, -1) as Tensor;
  const centred = rows.sub(rows.mean(0));
  const products = centred.dot(centred.transpose()) as Tensor;
  const total = Number((products.diagonal().sum() as Tensor).item());
  const draw = new Generator(1);
  const split = (flat: ArrayLike<number>): Float64Array[] =>
    Array.from({ length: axes }, (_, k) => Float64Array.from({ length: n }, (_, i) => flat[k * n + i]!));
  let vectors = orthonormal(split(draw.normal([axes, n]).dataSync() as ArrayLike<number>));
  let lengths: number[] = [];
  for (let i = 0; i < ITERATIONS; i++) {
    const flat = Float32Array.from(vectors.flatMap((vector) => [...vector]));
    const moved = split(
      (array(flat).reshape(axes, n).dot(products) as Tensor).dataSync() as ArrayLike<number>,
    );
    lengths = moved.map((row, k) => row.reduce((sum, value, j) => sum + value * vectors[k]![j]!, 0));
    vectors = orthonormal(moved);
  }
  const order = lengths.map((_, k) => k).sort((a, b) => lengths[b]! - lengths[a]!);
  return {
    coordinates: Array.from({ length: n }, (_, i) =>
      order.map((k) => vectors[k]![i]! * Math.sqrt(Math.max(0, lengths[k]!))),
    ),
    kept: order.map((k) => lengths[k]! / total),
  };
}

/** Part of the points whose nearest other point has the same label. */
export function togetherOf(points: ArrayLike<number>, labels: ArrayLike<number>): number {
  const n = labels.length;
  let same = 0;
  for (let i = 0; i < n; i++) {
    let [nearest, least] = [-1, Number.POSITIVE_INFINITY];
    for (let j = 0; j < n; j++) {
      const distance =
        (points[2 * i]! - points[2 * j]!) ** 2 + (points[2 * i + 1]! - points[2 * j + 1]!) ** 2;
      if (j !== i && distance < least) [nearest, least] = [j, distance];
    }
    if (labels[nearest] === labels[i]) same++;
  }
  return same / n;
}

/** Digits as points of a plane, near each other where the layer says much the same of them. */
export async function map(
  network: Network | undefined,
  digits: Digits,
  { layer, method }: MapWish,
  say: (mapped: Mapped) => void,
  breath: Breath,
): Promise<void> {
  const labels = digits.labels.slice(0, ON_MAP);
  const values =
    layer === "pixels"
      ? Float32Array.from(digits.images.subarray(0, ON_MAP * PIXELS), (byte) => byte / 255)
      : await network!.representation(digits, layer, 0, ON_MAP);
  if (!(await breath())) return;
  const width = values.length / ON_MAP;
  const { coordinates, kept } = principal(values, ON_MAP, Math.min(AXES, width));
  const tell = (all: readonly (readonly number[])[], done: boolean): void => {
    const points = Float32Array.from(all.flatMap((point) => [point[0]!, point[1]!]));
    const mapped = { done, points, labels, together: togetherOf(points, labels) };
    say(method === "pca" ? { ...mapped, kept: kept[0]! + kept[1]! } : mapped);
  };
  if (method === "pca") {
    tell(coordinates, true);
    return;
  }
  const draw = new Generator(1);
  let drawn: ArrayLike<number> = [];
  let next = 0;
  const random = (): number => {
    if (next === drawn.length) [drawn, next] = [draw.uniform([4096]).dataSync() as ArrayLike<number>, 0];
    return Math.min(drawn[next++]!, 1 - 2 ** -24);
  };
  const umap = new UMAP({ nNeighbors: 15, minDist: 0.1, nEpochs: 300, random });
  const epochs = umap.initializeFit(coordinates);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    umap.step();
    if (epoch % 6 === 0 || epoch === epochs) tell(umap.getEmbedding(), epoch === epochs);
    if (!(await breath())) return;
  }
}
