/**
 * Writes fixtures that are made rather than written: the cases of test/shape/cases.ts as type assertions and as calls
 * that must fail, and chains of a hundred layers. They go to .cache/type-fixtures, beside no other files.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Slice } from "../../src/shape/index.js";
import { type Case, cases } from "../shape/cases.js";

const root = resolve(import.meta.dirname, "../..");

export const generatedFolder = ".cache/type-fixtures";
export const chainFolder = ".cache/type-chain";
export const networkFolder = ".cache/type-network";

/** Where the declarations go that the chains are compiled against, as a user compiles against the package. */
export const declarationsFolder = ".cache/declarations";

/** A value as the type of exactly that value. */
function asType(value: unknown): string {
  if (value instanceof Slice)
    return `shape.Slice<${[value.start, value.stop, value.step].map(asType).join(", ")}>`;
  if (Array.isArray(value)) return `[${value.map(asType).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return `{ ${Object.entries(value)
      .map(([name, one]) => `${name}: ${asType(one)}`)
      .join("; ")} }`;
  }
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

const applied = ({ rule, inputs }: Case) => `shape.${rule}<${inputs.map(asType).join(", ")}>`;

function assertions(): string {
  const lines = cases.flatMap((one, index) => [
    `export type Case${index} = Expect<Equal<${applied(one)}, ${asType(one.expect)}>>;`,
    // What the editor shows where a rule guards a parameter.
    ...(typeof one.expect === "string"
      ? [`// error: ${one.expect}`, `guarded<shape.Check<${applied(one)}, number>>(1);`]
      : []),
  ]);
  return [
    'import type * as shape from "../../src/shape/index.js";',
    'import type { Equal, Expect } from "../../test/types/fixtures/expect.js";',
    "declare function guarded<T>(argument: T): void;",
    ...lines,
    "",
  ].join("\n");
}

/** A hundred linear layers of ever new sizes, and a hundred convolutions. */
function chain(): string {
  const size = (layer: number) => 100 + ((layer * 7919) % 900000);
  const layers = Array.from({ length: 100 }, (_, layer) => [
    `type Linear${layer + 1} = Linear<Linear${layer}, ${size(layer)}, ${size(layer + 1)}>;`,
    `type Conv${layer + 1} = Conv<Conv${layer}, [${layer + 2}, ${layer + 1}, 3, 3], { padding: [1, 0] }>;`,
  ]).flat();
  return [
    'import type { Conv, Flatten, Linear } from "../declarations/shape/index.js";',
    'import type { Equal, Expect } from "../../test/types/fixtures/expect.js";',
    `type Linear0 = [number, ${size(0)}];`,
    "type Conv0 = [64, 1, 228, 228];",
    ...layers,
    `export type LinearEnd = Expect<Equal<Linear100, [number, ${size(100)}]>>;`,
    "export type ConvEnd = Expect<Equal<Conv100, [64, 101, 228, 28]>>;",
    `export type FlatEnd = Expect<Equal<Flatten<Conv100, 1>, [64, ${101 * 228 * 28}]>>;`,
    "",
  ].join("\n");
}

/** A network of a hundred linear layers of ever new sizes, each with a relu, and what comes out of it. */
function network(): string {
  const size = (layer: number) => 1 + ((layer * 7919) % 1000);
  const layers = Array.from(
    { length: 100 },
    (_, layer) => `  nn.linear(${size(layer)}, ${size(layer + 1)}),\n  nn.relu(),`,
  );
  return [
    'import { nn, type Tensor, zeros } from "../declarations/index.js";',
    'import type { Equal, Expect } from "../../test/types/fixtures/expect.js";',
    "const model = nn.sequential(",
    ...layers,
    ");",
    `const output = model.forward(zeros([64, ${size(0)}]));`,
    `export type NetworkEnd = Expect<Equal<typeof output, Tensor<[64, ${size(100)}], "float32">>>;`,
    "",
  ].join("\n");
}

function write(folder: string, files: Record<string, string>): void {
  rmSync(resolve(root, folder), { recursive: true, force: true });
  mkdirSync(resolve(root, folder), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(resolve(root, folder, name), text);
}

export function generateFixtures(): void {
  write(generatedFolder, { "cases.ts": assertions() });
  const config = { extends: "../../test/types/tsconfig.json", include: ["."] };
  write(chainFolder, { "chain.ts": chain(), "tsconfig.json": JSON.stringify(config) });
  write(networkFolder, { "network.ts": network(), "tsconfig.json": JSON.stringify(config) });
}
