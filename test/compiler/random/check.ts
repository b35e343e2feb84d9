/** Runs a random graph on a device and finds the smallest part of it that is wrong. */
import { buffer, isOp, type Node, storageOf, substitute, topological } from "../../../src/graph/index.js";
import type { Target } from "../../../src/targets/target.js";
import { difference, Trials } from "./trial.js";

const isLeaf = (node: Node): boolean => node.storage !== undefined;

/** Roots that can take the place of an input: each with the first of its shape and dtype that is left. */
function updatesOf(roots: readonly Node[], inputs: readonly Node[]): [output: number, input: number][] {
  const left = new Set(inputs.keys());
  return roots.flatMap((root, output) => {
    const fits = (i: number): boolean =>
      inputs[i]!.dtype === root.dtype && String(inputs[i]!.shape) === String(root.shape);
    const input = [...left].find(fits);
    if (input === undefined) return [];
    left.delete(input);
    return [[output, input] as [number, number]];
  });
}

/**
 * What is wrong with the device's values of the roots, or undefined. In place: roots may be written over leaves of their
 * shape.
 */
export function fault(
  target: Target,
  roots: readonly Node[],
  trials: Trials,
  inPlace = false,
): string | undefined {
  const inputs = topological(roots, isLeaf).filter((node) => isOp(node, "buffer"));
  try {
    const program = target.compile(roots, inputs, inPlace ? updatesOf(roots, inputs) : []);
    const given = inputs.map(({ storage }) =>
      inPlace ? storageOf(storage!.dtype, storage!.read().slice()) : storage!,
    );
    const results = program.run(
      given,
      given.map(() => inPlace),
    );
    for (const [i, root] of roots.entries()) {
      const wrong = difference(trials.of(root)!, results[i]!.read());
      if (wrong !== undefined) return `root ${i} (${root.dtype}[${root.shape}] ${root.op}): ${wrong}`;
    }
    return undefined;
  } catch (error) {
    return String((error as Error).stack)
      .split("\n")
      .slice(0, 8)
      .join("\n");
  }
}

/** A part of the graph that is wrong too, as small as one gets by cutting pieces off. */
export function shrink(
  target: Target,
  roots: readonly Node[],
  inPlace = false,
): { roots: readonly Node[]; fault: string } {
  const judge = (candidate: readonly Node[]): string | undefined => {
    const trials = new Trials();
    if (topological(candidate, isLeaf).some((node) => trials.of(node) === undefined)) return undefined;
    return fault(target, candidate, trials, inPlace);
  };
  let best = roots;
  let why = judge(roots) ?? "(not the second time)";
  for (let progress = true; progress; ) {
    progress = false;
    for (const candidate of smaller(best)) {
      const wrong = judge(candidate);
      if (wrong === undefined) continue;
      [best, why, progress] = [candidate, wrong, true];
      break;
    }
  }
  return { roots: best, fault: why };
}

function* smaller(roots: readonly Node[]): Generator<readonly Node[]> {
  if (roots.length > 1) {
    for (const root of roots) yield [root];
    for (const root of roots) yield roots.filter((other) => other !== root);
  }
  const trials = new Trials();
  const order = topological(roots, isLeaf);
  for (const node of [...order].reverse()) {
    if (isLeaf(node) || roots.includes(node)) continue;
    const trial = trials.of(node);
    if (trial === undefined) continue;
    yield substitute(roots, new Map([[node, buffer(trial.value.slice(), node.shape, node.dtype)]]));
  }
  for (const root of roots) {
    for (const source of root.sources)
      if (!isLeaf(source) && !roots.includes(source))
        yield [...roots.filter((other) => other !== root), source];
  }
}

/** The graph as code that makes it. */
export function asCode(roots: readonly Node[]): string {
  const order = topological(roots, isLeaf);
  const name = new Map(order.map((node, i) => [node, `n${i}`]));
  const lines = order.map((node) => {
    if (isLeaf(node)) {
      const values = node.storage!.read();
      const shown = Array.from(values.slice(0, 48), (value) => (Object.is(value, -0) ? "-0" : String(value)));
      const rest = values.length > 48 ? ` /* and ${values.length - 48} more */` : "";
      return `const ${name.get(node)} = buffer(${values.constructor.name}.of(${shown.join(", ")}${rest}), [${node.shape}], "${node.dtype}");`;
    }
    const sources = node.sources.map((source) => name.get(source));
    return `const ${name.get(node)} = node("${node.op}", [${sources.join(", ")}], ${JSON.stringify(node.attrs)}); // ${node.dtype}[${node.shape}]`;
  });
  return [...lines, `roots: ${roots.map((root) => name.get(root)).join(", ")}`].join("\n");
}
