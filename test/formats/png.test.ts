/** PNG: Pillow's pictures of every kind, filters and interlacing put together by hand, and every lie refused. */
import { describe, expect, it } from "vitest";
import { FormatError, ShapeError, ValueError } from "../../src/errors.js";
import { decodePng, encodePng } from "../../src/formats/index.js";
import { ascii, fixture, fuzz, join, makePng, type PngParts, pngChunk, refusalOf } from "./support.js";

const golden = JSON.parse(new TextDecoder().decode(fixture("png.golden.json"))) as {
  width: number;
  height: number;
  gray: Record<string, number[]>;
};

const gray = (width: number, height: number, lines: number[], more: Partial<PngParts> = {}) =>
  makePng({ width, height, depth: 8, colorType: 0, lines: Uint8Array.from(lines), ...more });
const refused = (bytes: Uint8Array) => {
  const message = refusalOf(FormatError, () => decodePng(bytes, { path: "seven.png" }));
  expect(message).toMatch(/^decodePng: seven\.png: /);
  return message;
};
const bytesOf = (values: Float32Array) => Array.from(values, (value) => Math.round(value * 255));

describe("decodePng", () => {
  it.each(Object.keys(golden.gray))("sees what Pillow sees: %s", (name) => {
    const { width, height, data } = decodePng(fixture(`${name}.png`));
    expect([width, height]).toEqual([golden.width, golden.height]);
    const expected = golden.gray[name]!;
    expect(expected.length).toBe(data.length);
    for (const [i, value] of expected.entries()) expect(data[i]).toBeCloseTo(value, 6);
  });

  it("gives v / 255 for an 8-bit grey, exactly", () => {
    const lines = [0, ...Array.from({ length: 256 }, (_, i) => i)];
    expect(decodePng(gray(256, 1, lines)).data).toEqual(
      Float32Array.from({ length: 256 }, (_, i) => i / 255),
    );
  });

  it("undoes each filter", () => {
    // Lines: none, sub, up, average, paeth. The expected values follow section 9 of the specification by hand.
    const lines = [0, 10, 20, 30, 1, 1, 2, 3, 2, 5, 5, 5, 3, 1, 1, 1, 4, 7, 7, 7];
    const expected = [10, 20, 30, 1, 3, 6, 6, 8, 11, 4, 7, 10, 11, 18, 25];
    expect(bytesOf(decodePng(gray(3, 5, lines)).data)).toEqual(expected);
  });

  it("puts interlaced pixels in their places", () => {
    const passes = [
      [0, 0, 8, 8],
      [4, 0, 8, 8],
      [0, 4, 4, 8],
      [2, 0, 4, 4],
      [0, 2, 2, 4],
      [1, 0, 2, 2],
      [0, 1, 1, 2],
    ] as const;
    const lines = passes.flatMap(([x0, y0, dx, dy]) => {
      const rows: number[] = [];
      for (let y = y0; y < 8; y += dy) {
        rows.push(0);
        for (let x = x0; x < 8; x += dx) rows.push(8 * y + x);
      }
      return rows;
    });
    const { data } = decodePng(gray(8, 8, lines, { interlace: 1 }));
    expect(bytesOf(data)).toEqual(Array.from({ length: 64 }, (_, i) => i));
  });

  it("reads 16-bit colour with a transparent colour", () => {
    const white = [255, 255, 255, 255, 255, 255];
    const key = [1, 2, 3, 4, 5, 6];
    const picture = makePng({
      width: 3,
      height: 1,
      depth: 16,
      colorType: 2,
      lines: Uint8Array.from([0, ...white, ...key, 0, 0, 0, 0, 0, 0]),
      before: [pngChunk("tRNS", Uint8Array.from(key))],
    });
    const data = decodePng(picture, { background: 0.25 }).data;
    expect([...data]).toEqual([1, 0.25, 0]);
  });

  it("lays transparent pixels over the background that is asked for", () => {
    const lines = Uint8Array.of(0, 255, 255, 255, 0); // a white pixel, and one that cannot be seen
    const white = makePng({ width: 2, height: 1, depth: 8, colorType: 4, lines });
    expect([...decodePng(white).data]).toEqual([1, 1]);
    expect([...decodePng(white, { background: 0 }).data]).toEqual([1, 0]);
    expect([...decodePng(white, { background: "contrast" }).data]).toEqual([1, 0]);
    const black = makePng({
      width: 2,
      height: 1,
      depth: 8,
      colorType: 4,
      lines: Uint8Array.of(0, 0, 255, 0, 0),
    });
    expect([...decodePng(black, { background: "contrast" }).data]).toEqual([0, 1]);
    expect(refusalOf(ValueError, () => decodePng(white, { background: 2 }))).toContain("found 2");
  });

  it("passes over texts, profiles and animations, however damaged or swollen", () => {
    const bomb = pngChunk("iCCP", join(ascii("name\0\0"), new Uint8Array(50)));
    const lying = pngChunk("tEXt", ascii("no separator"));
    expect([...decodePng(gray(1, 1, [0, 255], { before: [bomb, lying] })).data]).toEqual([1]);
  });
});

describe("decodePng refuses", () => {
  const header = (changes: Partial<PngParts>) => refused(gray(1, 1, [0, 0], changes));
  it("what is not a PNG", () => {
    expect(refused(ascii("GIF89a"))).toContain("does not begin with the signature of a PNG");
    expect(refused(new Uint8Array(0))).toContain("signature");
  });
  it("a header of more pixels than are read, before anything is allocated", () => {
    expect(header({ width: 2 ** 31 - 1, height: 2 ** 31 - 1 })).toContain(
      "claims 2147483647 by 2147483647 pixels; at most 67108864 are read",
    );
    expect(header({ width: 8193, height: 8192 })).toContain("at most 67108864");
    expect(header({ width: 8192, height: 8192 })).toContain(
      "needs 67117056 bytes of pixel data, found only 2",
    );
  });
  it("pixel data that unfold beyond the header's need", () => {
    const bomb = gray(1, 1, [], { lines: new Uint8Array(100_000_000) });
    expect(bomb.length).toBeLessThan(100_000);
    expect(refused(bomb)).toContain("the header needs 2 bytes of pixel data, found more");
  });
  it("pixel data that fall short, cannot be decompressed, or are missing", () => {
    expect(header({ height: 2 })).toContain("needs 4 bytes of pixel data, found only 2");
    const broken = gray(4, 4, Array(20).fill(0));
    broken[45]! ^= 0xff;
    expect(refused(broken)).toMatch(/cannot be decompressed|CRC|needs 20 bytes/);
    const empty = join(gray(1, 1, [0, 0]).subarray(0, 33), pngChunk("IEND", new Uint8Array(0)));
    expect(refused(empty)).toMatch(/cannot be decompressed|found only 0/);
  });
  it("a picture without pixels", () => {
    expect(header({ width: 0 })).toContain("the picture is 0 by 1 pixels");
  });
  it("kinds that PNG does not have", () => {
    expect(header({ colorType: 1 })).toContain("unknown colour type 1");
    expect(header({ depth: 3 })).toContain("colour type 0 has 1, 2, 4, 8, 16 bits a channel, found 3");
    expect(header({ depth: 4, colorType: 2 })).toContain("colour type 2 has 8, 16 bits a channel, found 4");
    expect(header({ interlace: 2 })).toContain("interlace 2");
    expect(header({ interlace: 1, depth: 4 })).toContain("save it without interlacing");
    const unknownFilter = gray(1, 1, [9, 0]);
    expect(refused(unknownFilter)).toContain("damaged: Unsupported filter: 9");
  });
  it("a file that is cut short anywhere", () => {
    const whole = fixture("palette4-alpha.png");
    for (let length = 0; length < whole.length; length++) refused(whole.subarray(0, length));
  });
  it("a chunk that is damaged", () => {
    const bytes = fixture("gray8.png");
    bytes[bytes.length - 20]! ^= 1;
    expect(refused(bytes)).toMatch(/damaged|pixel data/);
    const header = gray(1, 1, [0, 0]);
    header[29]! ^= 1;
    expect(refused(header)).toContain("CRC mismatch for chunk IHDR");
  });
  it("palettes that are missing, misshapen, repeated or too small", () => {
    const palette = (bytes: number) => pngChunk("PLTE", new Uint8Array(bytes));
    const paletted = (...before: Uint8Array[]) => gray(1, 1, [0, 2], { colorType: 3, before });
    expect(refused(paletted())).toContain("needs a palette, and has none");
    expect(refused(paletted(palette(4)))).toContain("1 to 256 colours of 3 bytes, found 4 bytes");
    expect(refused(paletted(palette(771)))).toContain("found 771 bytes");
    expect(refused(paletted(palette(9), palette(9)))).toContain("appears twice");
    expect(refused(paletted(palette(6)))).toContain("a pixel has colour 2 of a palette of 2");
    expect(decodePng(paletted(palette(9))).data).toEqual(Float32Array.of(0));
  });
  it("transparency that does not fit", () => {
    const palette = pngChunk("PLTE", new Uint8Array(3));
    const transparency = (bytes: number) => pngChunk("tRNS", new Uint8Array(bytes));
    const paletted = (...before: Uint8Array[]) => gray(1, 1, [0, 0], { colorType: 3, before });
    expect(refused(paletted(palette, transparency(2)))).toContain(
      "has 1 colours, but transparency is given for 2",
    );
    expect(refused(paletted(transparency(1), palette))).toContain("stands before the palette");
    expect(refused(gray(1, 1, [0, 0], { before: [transparency(3)] }))).toContain("chunk of 3 bytes");
    const opaque = makePng({
      width: 1,
      height: 1,
      depth: 8,
      colorType: 4,
      lines: new Uint8Array(3),
      before: [transparency(2)],
    });
    expect(refused(opaque)).toContain("colour type 4 of 8 bits cannot have a transparency chunk");
  });
  it("a critical chunk that it does not know, and a second header", () => {
    expect(refused(gray(1, 1, [0, 0], { before: [pngChunk("ABCD", new Uint8Array(1))] }))).toContain(
      "a chunk ABCD has no place",
    );
    expect(refused(gray(1, 1, [0, 0], { before: [pngChunk("IHDR", new Uint8Array(13))] }))).toContain(
      "IHDR has no place",
    );
  });
  it("2,000 broken files, or reads them into something consistent", () => {
    const originals = ["palette4-alpha", "gray8-key", "rgba8", "gray16"].map((name) =>
      fixture(`${name}.png`),
    );
    const tally = fuzz(originals, 2000, decodePng, ({ width, height, data }) => {
      expect(data.length).toBe(width * height);
      expect(data.every((value) => value >= 0 && value <= 1)).toBe(true);
    });
    expect(tally.refused).toBeGreaterThan(1500);
  });
});

describe("encodePng", () => {
  it("rounds and cuts to 8 bits, and decodePng gives it back", () => {
    const image = { width: 3, height: 2, data: Float32Array.of(0, 1, 0.5, -3, 7, 100 / 255) };
    expect(bytesOf(decodePng(encodePng(image)).data)).toEqual([0, 255, 128, 0, 255, 100]);
  });
  it("refuses pictures that are none", () => {
    const data = new Float32Array(4);
    expect(refusalOf(ValueError, () => encodePng({ width: 0, height: 4, data }))).toContain("found 0 by 4");
    expect(refusalOf(ValueError, () => encodePng({ width: 2.5, height: 2, data }))).toContain(
      "found 2.5 by 2",
    );
    expect(refusalOf(ShapeError, () => encodePng({ width: 2, height: 3, data }))).toContain(
      "2 by 3 pixels are 6 values, found 4",
    );
    data[2] = Number.NaN;
    expect(refusalOf(ValueError, () => encodePng({ width: 2, height: 2, data }))).toContain("pixel 2 is NaN");
  });
});
