/** Augmentation: exact cases, how often, the seed, compiled steps, and what is refused. */
import {
  array,
  compile,
  DTypeError,
  Generator,
  nn,
  ones,
  optim,
  random,
  ShapeError,
  type Tensor,
  ValueError,
  zeros,
} from "maru";
import {
  type Augmentation,
  augment,
  cutout,
  gaussianNoise,
  normalize,
  randomCrop,
  randomHorizontalFlip,
  randomRotation,
  randomShift,
  randomVerticalFlip,
} from "maru/data";
import { describe, expect, it } from "vitest";
import { counts, range } from "./numbers.js";

/** n pictures of one channel, each 1 2 3 4... */
function pictures(n: number, height: number, width: number): Tensor {
  const one = array(Float32Array.from(range(height * width), (i) => i + 1)).reshape([1, 1, height, width]);
  return ones([n, 1, 1, 1]).mul(one) as unknown as Tensor;
}

/** Each picture as a line of its pixels. */
const lines = (x: Tensor): string[] =>
  x
    .reshape([x.shape[0]!, x.size / x.shape[0]!])
    .toArray()
    .map(String) as string[];

const share = (list: readonly string[], one: string): number =>
  list.filter((line) => line === one).length / list.length;

describe("flips", () => {
  it("with probability 1 mirror all, with 0 none", () => {
    const x = pictures(3, 2, 2);
    expect(lines(randomHorizontalFlip(1)(x))).toEqual(Array(3).fill("2,1,4,3"));
    expect(lines(randomVerticalFlip(1)(x))).toEqual(Array(3).fill("3,4,1,2"));
    expect(lines(augment(randomHorizontalFlip(0), randomVerticalFlip(0))(x))).toEqual(
      Array(3).fill("1,2,3,4"),
    );
  });

  it("mirror so many as the probability says, whole pictures with all channels", () => {
    random.seed(3);
    const flipped = lines(
      randomHorizontalFlip(0.25)(ones([2000, 2, 1, 1]).mul(pictures(1, 1, 2)) as unknown as Tensor),
    );
    expect(new Set(flipped)).toEqual(new Set(["1,2,1,2", "2,1,2,1"]));
    expect(Math.abs(share(flipped, "2,1,2,1") - 0.25)).toBeLessThan(0.04);
  });

  it("keep the dtype, bytes too", () => {
    expect(randomHorizontalFlip(1)(pictures(1, 1, 2).astype("uint8")).dtype).toBe("uint8");
  });
});

describe("randomShift", () => {
  it("moves by every whole number of pixels up to the most, about equally often", () => {
    random.seed(1);
    const found = lines(randomShift([0, 1])(pictures(1500, 1, 3)));
    expect(new Set(found)).toEqual(new Set(["1,2,3", "0,1,2", "2,3,0"]));
    for (const line of new Set(found)) expect(Math.abs(share(found, line) - 1 / 3)).toBeLessThan(0.05);
  });

  it("moves rows and columns on their own", () => {
    random.seed(1);
    const found = new Set(lines(randomShift(1, { fill: 9 })(pictures(300, 2, 2))));
    expect(found.size).toBe(9);
    expect(found).toContain("9,9,9,1");
    expect(found).toContain("4,9,9,9");
  });
});

describe("randomRotation", () => {
  it("by 0 degrees changes nothing, by exactly 90 exchanges pixels", () => {
    const x = pictures(2, 3, 3);
    expect(lines(randomRotation(0)(x))).toEqual(lines(x));
    const turned = randomRotation([90, 90], { interpolation: "nearest" })(x);
    expect(lines(turned)[1]).toBe("3,6,9,2,5,8,1,4,7");
  });

  it("turns pictures by angles of their own, and constant ones stay constant inside", () => {
    random.seed(1);
    const turned = randomRotation(30)(ones([4, 1, 9, 9]));
    expect(new Set(lines(turned)).size).toBe(4);
    for (const value of turned.at(":", ":", "3:6", "3:6").dataSync()) expect(value).toBeCloseTo(1, 6);
  });
});

describe("randomCrop", () => {
  it("cuts every place, about equally often", () => {
    random.seed(1);
    const found = lines(randomCrop([1, 2])(pictures(1200, 1, 4)));
    expect(counts(found.map((line) => Number(line[0])))).toEqual({
      1: expect.any(Number),
      2: expect.any(Number),
      3: expect.any(Number),
    });
    for (const line of ["1,2", "2,3", "3,4"]) expect(Math.abs(share(found, line) - 1 / 3)).toBeLessThan(0.06);
  });

  it("pads first, so that the size may stay", () => {
    random.seed(1);
    const cut = randomCrop(2, { padding: 1, fill: 7 })(pictures(400, 2, 2));
    expect(cut.shape).toEqual([400, 1, 2, 2]);
    const found = new Set(lines(cut));
    expect(found.size).toBe(9);
    expect(found).toContain("7,7,7,1");
    expect(found).toContain("1,2,3,4");
    expect(() => randomCrop(5, { padding: 1 })(pictures(1, 2, 4))).toThrow(
      "pictures of 2 x 4 with padding 1 and 1 are smaller than the part of 5 x 5",
    );
  });
});

describe("noise, normalize and cutout", () => {
  it("noise is normal with its mean and deviation, and another for each element", () => {
    random.seed(1);
    const noise = gaussianNoise(0.5, { mean: 2 })(zeros([2, 1, 80, 80]));
    expect(Number(noise.mean().item())).toBeCloseTo(2, 1);
    expect(Math.abs(Number(noise.std().item()) - 0.5)).toBeLessThan(0.015);
    expect(new Set(noise.dataSync()).size).toBeGreaterThan(12_000);
    expect(lines(gaussianNoise(0)(pictures(1, 1, 2)))).toEqual(["1,2"]);
    expect(gaussianNoise(1)(zeros([1, 1, 2, 2], { dtype: "float64" })).dtype).toBe("float64");
  });

  it("normalize has numbers for each channel, or for all", () => {
    const x = array([[[[1, 3]], [[10, 20]]]]) as unknown as Tensor;
    expect(lines(normalize([1, 10], [2, 5])(x))).toEqual(["0,1,0,2"]);
    expect(lines(normalize(1, 0.5)(x))).toEqual(["0,4,18,38"]);
    expect(() => normalize([1, 2, 3], 1)(x)).toThrow("3 numbers of mean do not go with 2 channels");
    expect(() => normalize(0, [1, 0])).toThrow(ValueError);
  });

  it("cutout fills one rectangle of all channels around a pixel, cut off at the border", () => {
    random.seed(1);
    const cut = cutout([2, 3], { fill: -1 })(ones([400, 2, 5, 6]));
    const holes = cut.lt(0);
    expect(holes.at(":", 0).eq(holes.at(":", 1)).all().item()).toBe(true);
    const area = holes.at(":", 0).sum([1, 2]).toArray() as number[];
    // Rows: 1 (at the top border) or 2; columns: 2 (at either border) or 3.
    expect(Object.keys(counts(area)).map(Number)).toEqual([2, 3, 4, 6]);
    const heights = holes.at(":", 0).any(2).sum(1).toArray() as number[];
    const widths = holes.at(":", 0).any(1).sum(1).toArray() as number[];
    area.forEach((size, i) => void expect(size).toBe(heights[i]! * widths[i]!));
    const twice = cutout(1, { count: 2 })(ones([50, 1, 9, 9]))
      .sum([1, 2, 3])
      .toArray() as number[];
    expect(Math.min(...twice)).toBe(79);
  });
});

describe("augment", () => {
  const change = augment(
    randomHorizontalFlip(),
    randomShift(1),
    randomRotation(20),
    randomCrop(6, { padding: 1 }),
    gaussianNoise(0.1),
    normalize(0.5, 0.5),
    cutout(2),
  );

  it("is decided by maru's seed, and a generator of one's own leaves that alone", () => {
    const x = pictures(4, 6, 6);
    random.seed(5);
    const first = lines(change(x));
    const second = lines(change(x));
    expect(second).not.toEqual(first);
    random.seed(5);
    expect(lines(change(x))).toEqual(first);
    const before = random.getState();
    const own = lines(change(x, new Generator(5)));
    expect(own).toEqual(first);
    expect(random.getState()).toEqual(before);
  });

  it("runs in compiled steps: each run draws anew, the same numbers as without compile", () => {
    const x = pictures(4, 6, 6);
    const step = compile((images: Tensor) => change(images));
    random.seed(9);
    const plain = [change(x), change(x), change(x)].map((one) => [...one.dataSync()]);
    random.seed(9);
    const compiled = range(3).map(() => [...step(x).dataSync()]);
    expect(compiled[1]).not.toEqual(compiled[0]);
    // Fused otherwise, a float may differ in its last place.
    compiled.forEach((values, run) => {
      values.forEach((value, i) => void expect(value).toBeCloseTo(plain[run]![i]!, 4));
    });
  });

  it("trains inside a compiled step, with the derivative of the weights", () => {
    random.seed(1);
    const model = nn.sequential(nn.flatten(), nn.linear(36, 2));
    const optimizer = optim.sgd(0.01)(model.parameters());
    const step = compile((x: Tensor, y: Tensor) => {
      const loss = nn.crossEntropy(model.forward(change(x) as never) as Tensor, y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss;
    });
    const y = array(Int32Array.of(0, 1, 0, 1)) as unknown as Tensor;
    const losses = range(4).map(() => Number(step(pictures(4, 6, 6), y).item()));
    expect(new Set(losses).size).toBe(4);
    expect(losses.every(Number.isFinite)).toBe(true);
  });

  it("does not change its input, and of no changes gives the pictures", () => {
    const x = pictures(2, 6, 6);
    const before = lines(x);
    change(x).realize();
    expect(lines(x)).toEqual(before);
    expect(augment()(x)).toBe(x);
  });

  it.each([
    ["randomHorizontalFlip", () => randomHorizontalFlip(1.5)],
    ["randomVerticalFlip", () => randomVerticalFlip(Number.NaN)],
    ["randomShift", () => randomShift(-1)],
    ["randomShift", () => randomShift([1, 0.5])],
    ["randomRotation", () => randomRotation(Number.POSITIVE_INFINITY)],
    ["randomRotation", () => randomRotation([10, -10])],
    ["randomCrop", () => randomCrop(0)],
    ["randomCrop", () => randomCrop(3, { padding: -1 })],
    ["gaussianNoise", () => gaussianNoise(-0.1)],
    ["normalize", () => normalize(Number.NaN, 1)],
    ["cutout", () => cutout(0)],
    ["cutout", () => cutout(2, { count: 0 })],
    ["augment", () => augment(3 as never)],
  ] as const)("%s refuses settings that make no sense, when it is made", (name, make) => {
    expect(make).toThrow(ValueError);
    expect(make).toThrow(`${name}:`);
  });

  it("each change refuses what is no batch of pictures, by its name", () => {
    const all: Record<string, Augmentation> = {
      randomHorizontalFlip: randomHorizontalFlip(),
      randomShift: randomShift(1),
      randomRotation: randomRotation(5),
      randomCrop: randomCrop(2),
      gaussianNoise: gaussianNoise(1),
      normalize: normalize(0, 1),
      cutout: cutout(1),
    };
    for (const [name, one] of Object.entries(all)) {
      expect(() => one(ones([4, 28, 28]))).toThrow(ShapeError);
      expect(() => one(ones([4, 28, 28]))).toThrow(
        `${name}: pictures have shape (N,C,H,W), got shape (4,28,28)`,
      );
    }
    for (const one of [randomRotation(5), gaussianNoise(1), normalize(0, 1)]) {
      expect(() => one(ones([1, 1, 2, 2], { dtype: "uint8" }))).toThrow(DTypeError);
    }
  });
});
