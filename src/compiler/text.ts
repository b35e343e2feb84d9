/** Nests as text, for people: the loops, what is summed in them and what is stored. */
import { type Expr, labelOf } from "./expression.js";
import { formatIndex } from "./index-form.js";
import type { Axis, Nest, Reduction, Store, Test } from "./nest.js";

const INFIX: Readonly<Record<string, string>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  rem: "%",
  lt: "<",
  le: "<=",
  eq: "==",
  ne: "!=",
  and: "&",
  or: "|",
  xor: "^",
  shl: "<<",
  shr: ">>",
  ushr: ">>>",
};

/** Deeper than this an expression is only hinted at. */
const DEEPEST = 12;

function formatExpression(e: Expr, depth = 0): string {
  if (depth > DEEPEST) return "...";
  const named = labelOf(e);
  if (named !== undefined)
    return `${named.name}(${named.args.map((arg) => formatExpression(arg, depth + 1)).join(", ")})`;
  const args = (): string[] => e.args.map((arg) => formatExpression(arg, depth + 1));
  switch (e.op) {
    case "const":
      return e.type === "bool" ? String(e.value !== 0) : String(e.value);
    case "local":
      return e.local!.name;
    case "load":
      return `${e.buffer!.name}[${formatIndex(e.index!)}]`;
    case "index":
      return formatIndex(e.index!);
    case "within":
      return `(${e.value} <= ${formatIndex(e.index!)} < ${e.value2})`;
    case "convert":
      return `${e.type}(${args()[0]})`;
    case "splat":
      return args()[0]!;
    case "select": {
      const [condition, a, b] = args();
      return `(${condition} ? ${a} : ${b})`;
    }
    default: {
      const sign = INFIX[e.op];
      const parts = args();
      if (sign !== undefined && parts.length === 2) return `(${parts[0]} ${sign} ${parts[1]})`;
      return `${e.op}(${parts.join(", ")})`;
    }
  }
}

function formatAxis({ variable, mode, tail, cuts }: Axis, parallel: boolean): string {
  const { name, extent } = variable;
  const how =
    mode.kind === "vector"
      ? ` by vectors of ${mode.lanes}, ${mode.unroll} at a time`
      : mode.kind === "unrolled"
        ? " unrolled"
        : "";
  const last = tail === undefined ? "" : ` (${tail.rest} where ${tail.of.name} = ${tail.last})`;
  const cut = cuts.length === 0 ? "" : ` cut at ${cuts.join(", ")}`;
  return `${parallel ? "parallel for" : "for"} ${name} < ${extent}${last}${cut}${how}`;
}

/** The nest with one line a loop, sum and store. */
export function formatNest(nest: Nest): string {
  const lines: string[] = [];
  let depth = 0;
  const put = (text: string): void => void lines.push("  ".repeat(depth) + text);
  nest.outer.forEach((axis, i) => {
    put(formatAxis(axis, i < nest.parallel));
    depth++;
  });
  const tiled = (body: () => void): void => {
    for (const axis of nest.tile) {
      put(formatAxis(axis, false));
      depth++;
    }
    body();
    depth -= nest.tile.length;
  };
  const store = ({ buffer, index, value }: Store): void =>
    put(`${buffer.name}[${formatIndex(index)}] = ${formatExpression(value)}`);
  const test = ({ condition }: Test): void => put(`check ${formatExpression(condition)}`);
  const sum = ({ result, op, value }: Reduction): void =>
    put(`${result.name} ${SIGN[op]} ${formatExpression(value)}`);
  for (const stage of nest.stages) {
    const begun = depth;
    if (stage.reductions.length + stage.stores.length + stage.tests.length > 0) {
      for (const axis of stage.loops) {
        put(formatAxis(axis, false));
        depth++;
      }
      tiled(() => {
        stage.tests.forEach(test);
        stage.reductions.forEach(sum);
        stage.stores.forEach(store);
      });
    }
    depth = begun;
    if (stage.finish.length + stage.finishTests.length > 0) {
      tiled(() => {
        stage.finishTests.forEach(test);
        stage.finish.forEach(store);
      });
    }
  }
  return lines.join("\n");
}

const SIGN = {
  ...({ add: "+=", mul: "*=", min: "min=", max: "max=" } as const),
  ...({ larger: "larger=", smaller: "smaller=", and: "&=", or: "|=" } as const),
};
