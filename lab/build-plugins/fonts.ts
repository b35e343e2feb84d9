/// <reference path="./types.d.ts" />
/**
 * The Lab's own fonts: Pretendard for text and D2Coding for code, cut down to the characters that its sources hold. A part
 * with Hangul stands by itself, so that an English page does not fetch it; the name that Korean has for itself stands by
 * itself too, because every page shows it. What was cut once is kept by the hash of all that went in.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import subset from "subset-font";
import type { Plugin } from "vite";
import { LANG_NAMES } from "../src/lib/text/lang.js";

const LAB = fileURLToPath(new URL("..", import.meta.url));
const CACHE = join(LAB, ".cache/fonts");
const require = createRequire(import.meta.url);

/** Syllables, letters and the marks that stand among them; the rest is left to the other part. */
const HANGUL = /[\u1100-\u11ff\u3000-\u303f\u3130-\u318f\uac00-\ud7a3]/u;
const HANGUL_RANGE = "U+1100-11FF, U+3000-303F, U+3130-318F, U+AC00-D7A3";
const OTHER_RANGE = "U+0-10FF, U+1200-2FFF, U+3040-312F, U+3190-ABFF, U+F900-FFFF";

/** Always there, whatever the texts hold: what readers type, and what formulas and figures may say. */
const BASIC =
  [...Array(95)].map((_, i) => String.fromCharCode(32 + i)).join("") +
  "αβγδεζηθικλμνξοπρστυφχψωΓΔΘΛΞΠΣΦΨΩ" +
  "·×÷±−≈≠≤≥∞∂∇∑∏√∈∘⊙→←↑↓↔⇒⌊⌋⌈⌉…–—‘’“”•°²³₀₁₂₃₄₅₆₇₈₉ᵀ" +
  "■□▢▣▪▲△▶▷▼▽▸▾◀◁●○◆◇★☆✓✗✕☀☾─│┌┐└┘├┤┬┴┼";

interface Cut {
  readonly name: string;
  readonly family: string;
  readonly weight: string;
  readonly source: string;
  readonly range: string;
  readonly text: string;
  readonly axes?: Readonly<Record<string, { readonly min: number; readonly max: number }>>;
}

const unique = (text: string): string => [...new Set(text)].sort().join("");
const only = (text: string, hangul: boolean): string =>
  [...text].filter((c) => HANGUL.test(c) === hangul && c >= " ").join("");
const rangeOf = (text: string): string =>
  [...new Set(text)].map((c) => `U+${c.codePointAt(0)!.toString(16).toUpperCase()}`).join(", ");

/** All that the Lab's sources hold; in code, of Hangul, only what the words of figures hold (comments are made of them). */
function characters(): { text: string; code: string } {
  const files = (readdirSync(join(LAB, "src"), { recursive: true }) as string[]).sort();
  const read = (kind: RegExp): string[] =>
    files.filter((file) => kind.test(file)).map((file) => readFileSync(join(LAB, "src", file), "utf8"));
  const texts = read(/\.(md|yaml)$/);
  const sources = [...texts, ...read(/\.(svelte|ts)$/)].join("");
  const words = texts.map((text) => /^---\n([\s\S]*?)\n---\n/.exec(text)?.[1] ?? "").join("");
  return { text: unique(BASIC + sources), code: unique(BASIC + words) };
}

function cuts(): Cut[] {
  const { text, code } = characters();
  const own = Object.values(LANG_NAMES).join("");
  const pretendard = require.resolve("pretendard/dist/public/variable/PretendardVariable.ttf");
  const d2coding = require.resolve("d2coding/src/d2coding.ttf");
  const sans = { family: "Pretendard Lab", weight: "400 800", source: pretendard };
  const axes = { wght: { min: 400, max: 800 } };
  const mono = { family: "D2Coding Lab", weight: "400", source: d2coding };
  return [
    { ...sans, name: "sans-latin", range: OTHER_RANGE, text: only(text, false), axes },
    { ...sans, name: "sans-hangul", range: HANGUL_RANGE, text: only(text, true), axes },
    // Of two faces that have a character, the later is taken.
    { ...sans, name: "sans-names", range: rangeOf(only(own, true)), text: only(own, true), axes },
    { ...mono, name: "mono-latin", range: OTHER_RANGE, text: only(code, false) },
    { ...mono, name: "mono-hangul", range: HANGUL_RANGE, text: only(code, true) },
  ];
}

/** Cuts one font, or finds it cut. */
async function fileOf(cut: Cut): Promise<string> {
  const hash = createHash("sha256");
  hash.update(readFileSync(cut.source)).update(JSON.stringify([cut.text, cut.axes, 1]));
  const file = `${cut.name}.${hash.digest("hex").slice(0, 12)}.woff2`;
  const path = join(CACHE, file);
  if (existsSync(path)) return file;
  const bytes = await subset(readFileSync(cut.source), cut.text, {
    targetFormat: "woff2",
    noHinting: true,
    // Contextual forms of numbers and marks stay; sets of other shapes that nobody asks for go.
    keepFeatures: ["calt", "ccmp", "kern", "liga", "mark", "mkmk", "rlig", "rvrn", "tnum"],
    ...(cut.axes === undefined ? {} : { variationAxes: cut.axes }),
  });
  writeFileSync(path, bytes);
  return file;
}

/**
 * Until a font has come, one of the system's stands in its place at the same widths: Hangul of Pretendard is 0.864 em
 * wide, Noto's and Malgun's 0.92; its Latin letters take as much room as Arial's.
 */
const FALLBACK = `@font-face {
  font-family: "Pretendard Lab Fallback";
  src: local("Arial"), local("Liberation Sans"), local("Helvetica");
  ascent-override: 95%;
  descent-override: 24%;
  line-gap-override: 0%;
}
@font-face {
  font-family: "Pretendard Lab Fallback";
  src: local("Noto Sans CJK KR"), local("Noto Sans KR"), local("NotoSansCJKkr-Regular"), local("Malgun Gothic");
  size-adjust: 94%;
  ascent-override: 101%;
  descent-override: 26%;
  line-gap-override: 0%;
  unicode-range: ${HANGUL_RANGE};
}
`;

/** Gives `virtual:lab-fonts.css`, a style sheet with a face for each cut. */
export function fonts(): Plugin {
  const sheet = join(CACHE, "fonts.css");
  return {
    name: "lab-fonts",
    enforce: "pre",
    resolveId: (id) => (id === "virtual:lab-fonts.css" ? sheet : undefined),
    async buildStart() {
      mkdirSync(CACHE, { recursive: true });
      const faces: string[] = [];
      const files: string[] = [];
      for (const cut of cuts()) {
        const file = await fileOf(cut);
        files.push(file);
        faces.push(
          `@font-face {\n  font-family: "${cut.family}";\n  src: url("./${file}") format("woff2");\n` +
            `  font-weight: ${cut.weight};\n  font-style: normal;\n  font-display: swap;\n  unicode-range: ${cut.range};\n}\n`,
        );
      }
      const css = FALLBACK + faces.join("");
      if (!existsSync(sheet) || readFileSync(sheet, "utf8") !== css) writeFileSync(sheet, css);
      for (const old of readdirSync(CACHE))
        if (old.endsWith(".woff2") && !files.includes(old)) rmSync(join(CACHE, old));
    },
  };
}
