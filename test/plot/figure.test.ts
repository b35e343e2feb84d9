/** Figures as SVG and PNG, and files of them. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "fast-png";
import { afterAll, describe, expect, it } from "vitest";
import { FileError, ValueError } from "../../src/errors.js";
import { decisionRegion, heatmap, image, line, lossCurves, plot, scatter } from "../../src/plot/index.js";

/** The path data of the first path in the group that Plot labels so. */
function pathOf(svg: string, group: string): string {
  const start = svg.indexOf(`aria-label="${group}"`);
  expect(start).toBeGreaterThan(0);
  return /<path[^>]* d="([^"]+)"/.exec(svg.slice(start))![1]!;
}

function numbersOf(path: string): number[] {
  return [...path.matchAll(/-?\d+(\.\d+)?/g)].map((match) => Number(match[0]));
}

describe("svg", () => {
  it("draws a line through its points in the frame", async () => {
    const svg = await plot(line([0, 1, 2], [0, 10, 0]), { yDomain: [0, 10], grid: false }).svg();
    const [x0, y0, x1, y1, x2, y2] = numbersOf(pathOf(svg, "line"));
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg).toContain('width="640"');
    expect(x1! - x0!).toBeCloseTo(x2! - x1!, 6);
    expect(y0).toBe(y2);
    expect(y1).toBeLessThan(y0!);
    expect([x0, y1, x2]).toEqual([x0, 14, 640 - 24]);
  });

  it("starts a new piece after NaN", async () => {
    const path = pathOf(await plot(line([0, 1, Number.NaN, 3, 4])).svg(), "line");
    expect(path.match(/M/g)).toHaveLength(2);
  });

  it("fills the half-plane of class 0 grey with the runs of its rows", async () => {
    const region = decisionRegion((x) => (x > 0 ? 1 : 0), { x: [-1, 1], y: [-1, 1], resolution: 2 });
    const svg = await plot(region, { width: 240, height: 240 }).svg();
    expect(svg).toContain('fill="#d3d3d3"');
    const path = pathOf(svg, "region");
    expect(path.match(/M/g)).toHaveLength(2);
    const xs = [...path.matchAll(/[MH](-?[\d.]+)/g)].map((match) => Number(match[1]));
    const frame = 240 - 24;
    expect(Math.max(...xs)).toBeCloseTo((Math.min(...xs) + frame) / 2, 0);
  });

  it("asks a batch classifier once, and takes anything with toArray", async () => {
    let calls = 0;
    const classifier = (points: number[][]) => {
      calls++;
      return { toArray: () => points.map(([x]) => [x! > 0.25]) };
    };
    const options = { x: [0, 1], y: [0, 1], resolution: 4 } as const;
    const batch = decisionRegion(classifier, { ...options, batch: true });
    expect(calls).toBe(1);
    expect(batch).toEqual(decisionRegion((x) => x > 0.25, options));
  });

  it("escapes what would be markup, and keeps Korean letters with fonts that have them", async () => {
    const svg = await plot(line([0, 1], { label: 'a < b & "c"' }), { title: "시그모이드 <θ>" }).svg();
    expect(svg).toContain("시그모이드 &lt;θ");
    expect(svg).toContain("a &lt; b &amp; ");
    expect(svg).toContain("Noto Sans KR");
  });

  it("draws every kind of point, and leaves out those without a place", async () => {
    for (const symbol of ["circle", "square", "triangle", "cross"] as const) {
      const svg = await plot(scatter([0, Number.NaN, 2], [1, 1, 1], { symbol, filled: false })).svg();
      const group = svg.slice(svg.indexOf('aria-label="dot"')).split("</g>")[0]!;
      expect(group.match(/<(circle|path)/g)).toHaveLength(2);
    }
  });

  it("draws one path for each colour of a heat map, row 0 on top", async () => {
    const svg = await plot(
      heatmap(
        [
          [0, 0, 1],
          [1, 1, 1],
        ],
        { ramp: "gray" },
      ),
    ).svg();
    const group = svg.slice(svg.indexOf('aria-label="grid"')).split("</g>")[0]!;
    expect(group.match(/<path/g)).toHaveLength(2);
    expect(group).toMatch(/d="M[\d.]+,14H[^"]*" fill="rgb\(0, 0, 0\)"/);
    expect(svg).toContain("maru-ramp-gray");
  });

  it("is the same every time", async () => {
    const figure = lossCurves({ loss: [3, 2, 1], valLoss: [3, 2.5, 2.5] });
    expect(await figure.svg()).toBe(await figure.svg());
  });
});

describe("png", () => {
  it("has the size asked for, and the curve's colour in it", async () => {
    const figure = plot(line([0, 1], { color: "#ff0000", width: 6 }), { width: 200, height: 120 });
    for (const scale of [1, 2]) {
      const { width, height, data, channels } = decode(await figure.png({ scale }));
      expect([width, height]).toEqual([200 * scale, 120 * scale]);
      let red = 0;
      for (let at = 0; at < data.length; at += channels) {
        if (data[at]! > 200 && data[at + 1]! < 50 && data[at + 2]! < 50) red++;
      }
      expect(red).toBeGreaterThan(400 * scale);
      expect([...data.slice(0, 3)]).toEqual([255, 255, 255]);
    }
  });

  it("draws each Korean letter as itself, not as an empty box", async () => {
    const title = async (text: string) => {
      const figure = plot(line([0, 1]), { title: text, width: 200, height: 120 });
      return decode(await figure.png()).data;
    };
    const [first, second, private1, private2] = await Promise.all(
      ["가", "힣", "\ue000", "\ue001"].map(title),
    );
    expect(first).not.toEqual(second);
    expect(private1).toEqual(private2);
    expect(first).not.toEqual(private1);
    expect(await title("θ")).not.toEqual(await title("σ"));
  });

  it("draws an image's pixels", async () => {
    const figure = plot(
      image([
        [0, 1],
        [1, 0],
      ]),
      { width: 160, height: 160 },
    );
    const { data, width, channels } = decode(await figure.png());
    const at = (x: number, y: number) => data[(y * width + x) * channels];
    const shades = new Set<number>();
    for (let x = 50; x < 140; x++) shades.add(at(x, 40)!);
    expect(shades).toContain(0);
    expect(shades).toContain(255);
  });

  it("refuses a scale of no size", async () => {
    await expect(plot(line([0, 1])).png({ scale: 0 })).rejects.toThrow(ValueError);
  });
});

describe("save", async () => {
  const folder = await mkdtemp(join(tmpdir(), "maru-plot-"));
  const figure = plot(line([0, 1]));
  afterAll(() => rm(folder, { recursive: true }));

  it("writes .svg, .png and .txt", async () => {
    for (const ending of ["svg", "PNG", "txt"]) await figure.save(join(folder, `curve.${ending}`));
    expect(await readFile(join(folder, "curve.svg"), "utf8")).toBe(await figure.svg());
    expect(decode(await readFile(join(folder, "curve.PNG"))).width).toBe(640);
    expect(await readFile(join(folder, "curve.txt"), "utf8")).toBe(`${figure.terminal({ color: false })}\n`);
    expect((await readdir(folder)).sort()).toEqual(["curve.PNG", "curve.svg", "curve.txt"]);
  });

  it("refuses other endings and folders that are not there", async () => {
    await expect(figure.save("curve.jpg")).rejects.toThrow('"curve.jpg" must end in .svg, .png or .txt');
    await expect(figure.save("curve.jpg")).rejects.toThrow(ValueError);
    await expect(figure.save(join(folder, "missing", "curve.svg"))).rejects.toThrow(FileError);
  });
});
