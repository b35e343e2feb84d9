/** The golden cases of clipping and averaging; see test/reference/optim_extras_goldens.py. */
import { readFileSync } from "node:fs";
import { casesIn, type GoldenArray } from "../goldens/golden.js";

type State = Readonly<Record<string, GoldenArray>>;

interface NormCase {
  readonly id: string;
  readonly kind: "norm";
  readonly maxNorm: number;
  readonly normType: number;
  readonly gradients: readonly GoldenArray[];
  readonly norm: GoldenArray;
  readonly clipped: readonly GoldenArray[];
}

interface ValueCase {
  readonly id: string;
  readonly kind: "value";
  readonly clipValue: number;
  readonly gradients: readonly GoldenArray[];
  readonly clipped: readonly GoldenArray[];
}

interface EmaCase {
  readonly id: string;
  readonly kind: "ema";
  readonly decay: number;
  readonly useBuffers: boolean;
  /** The model's state and the average's, at first and after each update. */
  readonly steps: readonly { readonly own: State; readonly average: State }[];
}

const all = casesIn<NormCase | ValueCase | EmaCase>(
  readFileSync(new URL("extras.golden.json", import.meta.url), "utf8"),
);

export const normCases = all.filter((item) => item.kind === "norm");
export const valueCases = all.filter((item) => item.kind === "value");
export const emaCases = all.filter((item) => item.kind === "ema");
