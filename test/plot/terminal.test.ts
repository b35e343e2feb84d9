/** The terminal's pictures, to the character. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { ValueError } from "../../src/errors.js";
import {
  decisionRegion,
  heatmap,
  image,
  line,
  lossCurves,
  plot,
  scatter,
  terminalImage,
} from "../../src/plot/index.js";

const x = Array.from({ length: 101 }, (_, index) => (index - 50) / 10);
const small = { columns: 46, rows: 12, color: false } as const;
const code = "\x1b[";

function picture(text: string): string {
  return text.replace(/^\n/, "").replace(/\n$/, "");
}

describe("curves", () => {
  it("draws a sigmoid from -5 to 5", () => {
    const curve = line(
      x,
      x.map((value) => 1 / (1 + Math.exp(-value))),
      { label: "sigmoid" },
    );
    const figure = plot(curve, { title: "h(a)", xLabel: "a", yDomain: [0, 1] });
    expect(figure.terminal(small)).toBe(
      picture(`
                       h(a)
1.0 ┤                            ⢀⡠⠤⠤⠒⠒⠒⠒⠊⠉⠉⠉⠉
    │                        ⢀⠤⠒⠉⠁
    │                     ⢀⡠⠊⠁
0.5 ┤                   ⢀⠴⠁
    │                ⢀⡠⠊⠁
    │            ⢀⣀⠤⠒⠁
0.0 ┤⣀⣀⣀⣀⡠⠤⠤⠤⠤⠒⠒⠊⠁
    └────┬───────┬───────┬───────┬───────┬────
        -4      -2       0       2       4
                         a
     ── sigmoid
`),
    );
  });

  it("draws a step function from -5 to 5", () => {
    const figure = plot(
      line(
        x,
        x.map((value) => value > 0),
        { label: "계단 함수" },
      ),
      { yDomain: [-0.1, 1.1] },
    );
    expect(figure.terminal(small)).toBe(
      picture(`
1.0 ┤                    ⢀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀
    │                    ⢸
    │                    ⢸
    │                    ⢸
0.5 ┤                    ⢸
    │                    ⢸
    │                    ⢸
    │                    ⢸
0.0 ┤⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉
    └────┬───────┬───────┬───────┬───────┬────
        -4      -2       0       2       4
     ── 계단 함수
`),
    );
  });

  it("breaks a line at NaN and infinity", () => {
    const figure = plot(line([0, 0, Number.NaN, 0, 0, Number.POSITIVE_INFINITY, 0]), { yDomain: [-1, 1] });
    const rows = figure.terminal({ columns: 30, rows: 9, color: false }).split("\n");
    expect(rows.find((row) => row.includes("⠤"))).toMatch(/┤[⠠⠤⠄]+ +[⠠⠤⠄]+ +[⠠⠤⠄]$/);
  });

  it("tells lines apart by dashes where there is no colour", () => {
    const text = plot(line([0, 1], { label: "first" }), line([1, 0], { label: "second" })).terminal(small);
    expect(text).toContain("── first   ╌╌ second");
  });

  it("cuts lines at the domain and turns an axis that is asked for the other way round", () => {
    const rows = plot(line([0, 10], [0, 10]), { xDomain: [10, 0], yDomain: [0, 20], grid: false })
      .terminal({ columns: 24, rows: 8, color: false })
      .split("\n");
    expect(rows.at(-1)!.trim()).toMatch(/^10 .* 0$/);
    expect(rows[0]).toBe("20 ┤");
    const cut = plot(line([-100, 100], [-100, 100]), { xDomain: [0, 1], yDomain: [0, 1] });
    expect(cut.terminal(small)).toBe(
      plot(line([0, 1], [0, 1]), { xDomain: [0, 1], yDomain: [0, 1] }).terminal(small),
    );
  });
});

describe("regions, cells and images", () => {
  const or = (a: number, b: number) => (-0.5 + a + b > 0 ? 1 : 0);

  it("shades the half-plane where OR gives 0 and marks the points", () => {
    const area = [-0.5, 1.5] as const;
    const figure = plot(
      decisionRegion(or, { x: area, y: area }),
      scatter([0], [0], { label: "0" }),
      scatter([0, 1, 1], [1, 0, 1], { symbol: "triangle", label: "1" }),
      { title: "OR", xLabel: "x₁", yLabel: "x₂" },
    );
    expect(figure.terminal({ columns: 36, rows: 15, color: false })).toBe(
      picture(`
                  OR
 x₂
  │
  │
1 ┤░       ▲               ▲
  │░░░░░
  │░░░░░░░░
  │░░░░░░░░░░░░
0 ┤░░░░░░░░●░░░░░░░        ▲
  │░░░░░░░░░░░░░░░░░░░
  │░░░░░░░░░░░░░░░░░░░░░░░
  └────────┬───────────────┬────────
           0               1
                  x₁
   ● 0   ▲ 1
`),
    );
  });

  it("writes colours only where they are asked for", () => {
    const figure = plot(decisionRegion(or, { x: [0, 1], y: [0, 1] }), scatter([0], [0]));
    expect(figure.terminal({ color: false })).not.toContain(code);
    expect(figure.terminal({ color: "256" })).toContain(`${code}38;5;`);
    expect(figure.terminal({ color: "truecolor" })).toContain(`${code}38;2;0;114;178m●${code}0m`);
  });

  it("draws heat maps by half blocks in colour and by letters without", () => {
    const figure = plot(
      heatmap(
        [
          [0, 1],
          [1, 0],
        ],
        { ramp: "gray", equal: true },
      ),
    );
    const size = { columns: 20, rows: 7 };
    expect(figure.terminal({ ...size, color: "truecolor" })).toContain(
      `${code}38;2;0;0;0m${code}48;2;0;0;0m▀`,
    );
    expect(figure.terminal({ ...size, color: false })).toBe(
      picture(`
  │    @@@@
0 ┤    @@@@
1 ┤@@@@
  │@@@@
  └──┬──┬──
     0  1
   0 [ .:-=+*#%@] 1
`),
    );
  });

  it("leaves NaN cells blank", () => {
    const text = plot(
      image(
        [
          [1, Number.NaN],
          [Number.NaN, 1],
        ],
        { range: [0, 1] },
      ),
    ).terminal({
      columns: 20,
      rows: 6,
      color: false,
    });
    expect(text.split("\n").slice(0, 4)).toEqual(["  │@@@@", "0 ┤@@@@", "1 ┤    @@@@", "  │    @@@@"]);
  });
});

describe("terminalImage", () => {
  it("puts two pixels in a character", () => {
    expect(terminalImage([0, 255, 255, 255, 0, 0], 2, 3, { color: false })).toBe("+@\n");
    expect(
      terminalImage(
        [
          [0, 1],
          [1, 0],
        ],
        2,
        2,
        { color: "truecolor" },
      ),
    ).toBe(
      `${code}38;2;0;0;0m${code}48;2;255;255;255m▀${code}0m${code}38;2;255;255;255m${code}48;2;0;0;0m▀${code}0m`,
    );
  });

  it("is 28 characters by 14 lines for a digit of 28 x 28", () => {
    const lines = terminalImage(new Uint8Array(784).fill(255), 28, 28, { color: false }).split("\n");
    expect(lines).toEqual(Array(14).fill("@".repeat(28)));
  });

  it("refuses another number of pixels", () => {
    expect(() => terminalImage(new Float32Array(10), 28, 28)).toThrow(
      "terminalImage: a 28 x 28 picture has 784 pixels, got shape (10,)",
    );
    expect(() => terminalImage([], 0, 0)).toThrow(ValueError);
  });
});

describe("what the environment says about colours", () => {
  afterEach(() => vi.unstubAllEnvs());
  const draw = (color?: boolean) => terminalImage([0, 1], 1, 2, color === undefined ? {} : { color });

  it("writes none to what is not a terminal, unless FORCE_COLOR asks", () => {
    vi.stubEnv("NO_COLOR", "");
    vi.stubEnv("FORCE_COLOR", "");
    expect(draw()).not.toContain(code);
    vi.stubEnv("FORCE_COLOR", "1");
    expect(draw()).toContain(code);
  });

  it("obeys NO_COLOR, and the caller above all", () => {
    vi.stubEnv("FORCE_COLOR", "1");
    vi.stubEnv("NO_COLOR", "1");
    expect(draw()).not.toContain(code);
    expect(draw(true)).toContain(code);
    vi.stubEnv("NO_COLOR", "");
    expect(draw(false)).not.toContain(code);
  });

  it("asks the terminal for the depth", () => {
    vi.stubEnv("FORCE_COLOR", "");
    vi.stubEnv("COLORTERM", "truecolor");
    expect(draw(true)).toContain(`${code}38;2;`);
    vi.stubEnv("COLORTERM", "");
    expect(draw(true)).toContain(`${code}38;5;`);
  });
});

describe("sizes", () => {
  it("stays inside the columns and rows asked for", () => {
    const figure = lossCurves(
      [
        { epoch: 1, loss: 0.9, valLoss: 1 },
        { epoch: 2, loss: 0.4, valLoss: 0.5 },
      ],
      { title: "a title that is too long for a narrow terminal window" },
    );
    for (const [columns, rows] of [
      [40, 16],
      [60, 20],
      [30, 14],
    ] as const) {
      const lines = figure.terminal({ columns, rows, color: false }).split("\n");
      expect(lines.length).toBeLessThanOrEqual(rows);
      expect(Math.max(...lines.map((text) => text.length))).toBeLessThanOrEqual(columns);
    }
  });

  it("says how much room it needs", () => {
    const figure = plot(line([0, 1]), { title: "t", xLabel: "x", yLabel: "y" });
    expect(() => figure.terminal({ rows: 6 })).toThrow("6 rows leave no room for the picture; ask for 7");
    expect(() => figure.terminal({ columns: 3 })).toThrow(ValueError);
  });
});
