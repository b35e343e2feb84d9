import * as v from "valibot";
import { type Code, ts } from "../../code/template.js";
import { shown } from "../../figures/format.js";
import { chapter } from "../chapter.js";
import { KNOWN } from "../gates.js";
import CircuitPanel from "./CircuitPanel.svelte";
import { type Circuit, gateAt, isSound, isXor, KINDS, MOST_GATES, solution, valuesOf } from "./circuit.js";

const source = v.pipe(v.string(), v.regex(/^(x[12]|g[0-4])?$/));
const gate = v.object({ kind: v.picklist(KINDS), a: source, b: source });

/** The gates in an order in which each comes after what it needs. */
function inOrder({ gates }: Circuit): number[] {
  const order: number[] = [];
  const put = (i: number): void => {
    if (order.includes(i)) return;
    for (const from of [gates[i]!.a, gates[i]!.b]) {
      const needed = gateAt(from);
      if (needed !== undefined) put(needed);
    }
    order.push(i);
  };
  for (let i = 0; i < gates.length; i++) put(i);
  return order;
}

const nameOf = (from: string): string => {
  const i = gateAt(from);
  return i === undefined ? from : `s${i + 1}`;
};

function program(circuit: Circuit, open: string): Code {
  const kinds = KINDS.filter((kind) => circuit.gates.some((one) => one.kind === kind));
  const gates = kinds.map((kind) => {
    const { w1, w2, theta } = KNOWN[kind];
    return `const ${kind.toUpperCase()} = neuron([${w1}, ${w2}], ${0 - theta});\n`;
  });
  const lines = inOrder(circuit).map((i) => {
    const { kind, a, b } = circuit.gates[i]!;
    const inputs = [a, b].map((from) => (from === "" ? "?" : nameOf(from)));
    const line = `const s${i + 1} = ${kind.toUpperCase()}(${inputs.join(", ")});`;
    return valuesOf(circuit, `g${i}`) === undefined ? `// ${line} ${open}\n` : `${line}\n`;
  });
  const y =
    valuesOf(circuit, circuit.out) === undefined
      ? `// ${open}`
      : `console.log(String(${nameOf(circuit.out)}));`;
  return ts`import { array, stack, type Tensor } from "maru";

const neuron =
  (w: number[], b: number) =>
  (x1: Tensor, x2: Tensor): Tensor =>
    stack([x1, x2], 1).dot(array(w)).add(b).gt(0).astype("float32");
${gates.join("")}
const x1: Tensor = array([0, 1, 0, 1]);
const x2: Tensor = array([0, 0, 1, 1]);
${lines.join("")}${y}`;
}

const folded = (fold: number, t: (key: string) => string): Code => ts`import { array } from "maru";

const x = array([[0, 0], [1, 0], [0, 1], [1, 1]]);
const W = array([[-0.5, 1], [-0.5, 1]]); // NAND, OR
const b = array([0.7, -0.5]);
const s = x.dot(W).add(b).gt(0).astype("float32"); // ${t("code.hidden")}
console.log(String(s));
const y = s.dot(array([0.5, 0.5])).add(-0.7).gt(0); // AND
console.log(String(y.astype("int32")));
// ${t("fold")}: ${shown(fold, 2)}`;

export default chapter({
  schema: v.object({
    circuit: v.optional(
      v.pipe(
        v.object({ gates: v.pipe(v.array(gate), v.maxLength(MOST_GATES)), out: source }),
        v.check(isSound, "wires"),
      ),
      () => ({
        gates: [
          { kind: "nand" as const, a: "", b: "" },
          { kind: "or" as const, a: "", b: "" },
          { kind: "and" as const, a: "", b: "" },
        ],
        out: "",
      }),
    ),
    fold: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 0),
    steep: v.optional(v.pipe(v.number(), v.minValue(2), v.maxValue(40)), 10),
    row: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3)), 1),
  }),
  panels: [
    { id: "circuit", component: CircuitPanel },
    { id: "fold", load: () => import("./FoldPanel.svelte") },
  ],
  code: ({ circuit, fold }, panel, t) =>
    panel === "fold" ? folded(fold, t) : program(circuit, t("code.open")),
  weights: ({ circuit }) =>
    Object.fromEntries(
      circuit.gates.flatMap(({ kind }, i) => {
        const { w1, w2, theta } = KNOWN[kind];
        return [[`s${i + 1}.w`, [w1, w2]] as const, [`s${i + 1}.b`, [0 - theta]] as const];
      }),
    ),
  live: { works: ({ circuit }) => (isXor(circuit) ? "✓" : "✗") },
  actions: {
    solve: (lesson) => void (lesson.circuit = solution()),
    fold: (lesson) => void (lesson.fold = 1),
    unfold: (lesson) => void (lesson.fold = 0),
  },
});
