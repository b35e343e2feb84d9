/**
 * Reverse-mode differentiation of graphs: walks from outputs to variables, asks each primitive's rule, and adds up
 * what arrives. The result is more graph; nothing is computed here.
 */
import { GradientError } from "../errors.js";
import {
  add,
  barrier,
  custom,
  full,
  isFloat,
  isVariable,
  type Node,
  substitute,
  topological,
  variable,
} from "../graph/index.js";
import { formatShape, sameShape } from "../shape/index.js";
import { DerivativeRule } from "./custom-rule.js";
import { rules } from "./rules.js";

const ends = (node: Node): boolean => !node.tracked || isVariable(node);

/**
 * Vector-Jacobian product: for outputs y_k with cotangents v_k, the sum over k of v_k^T dy_k/dx for each x in `wrt`;
 * null where no y depends on x. Nothing flows on through `stops`.
 */
export function gradients(
  outputs: readonly Node[],
  cotangents: readonly Node[],
  wrt: readonly Node[],
  stops?: ReadonlySet<Node>,
): (Node | null)[] {
  const targets = new Set(wrt);
  const order = topological(outputs, stops === undefined ? ends : (n) => ends(n) || stops.has(n));
  const depends = new Set<Node>();
  for (const node of order) {
    if (targets.has(node) || (!ends(node) && node.sources.some((s) => depends.has(s)))) depends.add(node);
  }
  const arrived = new Map<Node, Node>();
  const send = (to: Node, g: Node): void => {
    const before = arrived.get(to);
    arrived.set(to, before === undefined ? g : add(before, g));
  };
  outputs.forEach((output, k) => {
    if (depends.has(output)) send(output, cotangents[k]!);
  });
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i]!;
    const g = arrived.get(node);
    if (stops?.has(node)) continue;
    if (g !== undefined && depends.has(node) && !isVariable(node)) sendToSources(node, g, depends, send);
  }
  return wrt.map((x) => arrived.get(x) ?? null);
}

function sendToSources(
  node: Node,
  g: Node,
  depends: ReadonlySet<Node>,
  send: (to: Node, g: Node) => void,
): void {
  if (!node.sources.some((source) => depends.has(source))) return;
  // The table is typed by primitive; which primitive this is is known only now.
  const rule = rules[node.op] as (y: Node, g: Node, sources: readonly Node[]) => readonly (Node | null)[];
  rule(node, g, node.sources).forEach((cotangent, k) => {
    const source = node.sources[k];
    if (source === undefined || cotangent === null || !depends.has(source)) return;
    if (!sameShape(cotangent.shape, source.shape) || cotangent.dtype !== source.dtype) {
      throw new GradientError(
        `${node.op}: its derivative for source ${k} has shape ${formatShape(cotangent.shape)} and dtype ` +
          `${cotangent.dtype}, but the source has ${formatShape(source.shape)} and ${source.dtype}`,
      );
    }
    send(source, cotangent);
  });
}

/**
 * Jacobian-vector product by the transpose of the transpose: the VJP is linear in its cotangent u, so its own VJP
 * with respect to u is J v. No forward rules are needed, and users' own derivatives are respected.
 */
export function pushForward(output: Node, wrt: readonly Node[], tangents: readonly Node[]): Node {
  const zero = full(output.shape, 0, output.dtype);
  if (!isFloat(output.dtype)) return zero;
  const u = variable(zero);
  const pulled = gradients([output], [u], wrt);
  const used = pulled.flatMap((node, i) => (node === null ? [] : [{ node, tangent: tangents[i]! }]));
  const [result] = gradients(
    used.map(({ node }) => node),
    used.map(({ tangent }) => tangent),
    [u],
  );
  return result ?? zero;
}

/**
 * The output of some work on inputs, marked so that the backward pass computes the work again instead of keeping what
 * lies between (gradient checkpointing; Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost").
 */
export function checkpointed(output: Node, inputs: readonly Node[]): Node {
  if (!output.tracked) return output;
  const given = new Set(inputs);
  const variables = topological([output], (n) => given.has(n) || ends(n)).filter(
    (n) => isVariable(n) && !given.has(n),
  );
  const rule = new DerivativeRule("checkpoint", (g, all) => {
    // Behind a barrier that waits for g, the second computation is not shared with the first.
    const again = new Map(all.map((input) => [input, barrier(input, g)]));
    const [redone] = substitute([output], again);
    return gradients([redone!], [g], [...again.values()]);
  });
  // Each once: the same node may be given as two arguments.
  return custom(output, [...given, ...variables], rule);
}
