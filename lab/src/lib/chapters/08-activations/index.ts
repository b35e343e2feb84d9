import * as v from "valibot";
import { type Code, slot, ts } from "../../code/template.js";
import { range, text } from "../../state/schema.js";
import { chapter } from "../chapter.js";
import { numberOf } from "../gates.js";
import CurvePanel from "./CurvePanel.svelte";
import { MOST_CHARACTERS } from "./formula.js";
import { at, B1, FUNCTIONS, functionOf, listOf, W1 } from "./functions.js";
import type { ActivationsLesson } from "./lesson.js";
import { readOwn } from "./own.js";

/** As a program says it: a body of h(x). */
const BODY: Readonly<Record<ActivationsLesson["h"], string>> = {
  step: 'x.gt(0).astype("float32")',
  sigmoid: "array(1).div(x.neg().exp().add(1))",
  relu: "x.maximum(0)",
  tanh: "x.tanh()",
  identity: "x",
};

function curve({ fn, formula, x }: ActivationsLesson, unread: string): Code {
  const own = readOwn(formula).parsed;
  const body =
    fn !== "own"
      ? BODY[fn]
      : own === undefined
        ? `x; // ${unread}`
        : own.number
          ? `x.mul(0).add(${own.code})`
          : own.code;
  const names = ["arange", "array", "grad", ...(body.includes("sigmoid(") ? ["sigmoid"] : []), "type Tensor"];
  return ts`import { ${names.join(", ")} } from "maru";

const h = (x: Tensor): Tensor => ${body};
const x: Tensor = array([${slot("x", x)}]);
console.log(String(h(x)));
console.log(String(grad((x: Tensor) => h(x).sum())(x)));
console.log(String(h(arange(-5, 5, 0.1)).at("::10")));`;
}

const rowText = (row: readonly number[]): string => `[${row.join(", ")}]`;

const swap = ({ h, steep, b }: ActivationsLesson): Code => ts`import { array, type Tensor } from "maru";

const h = (x: Tensor): Tensor => ${BODY[h]};
const W1 = array([${rowText(W1[0]!)}, ${rowText(W1[1]!)}]);
const x = array([[0, 0], [1, 1], [-1, 0.5]]);
const z = h(x.dot(W1).add(${B1}).mul(${slot("steep", steep)}));
const y = z.sum(1).add(${slot("b", b)});
console.log(String(z));
console.log(String(y.gt(0)));`;

const list = (values: readonly number[] | undefined): Code => ts`import { array, sigmoid } from "maru";

const x = array([${(values ?? []).join(", ")}]);
console.log(String(x.gt(0)));
console.log(String(x.gt(0).astype("int32")));
console.log(String(sigmoid(x)));
console.log(String(x.maximum(0)));
console.log(String(x.add(1)), String(array(1).div(x)));`;

export default chapter({
  schema: v.object({
    fn: v.optional(v.picklist(FUNCTIONS), "step"),
    other: v.optional(v.picklist(["none", ...FUNCTIONS]), "none"),
    formula: v.optional(text(MOST_CHARACTERS), "x / (1 + abs(x))"),
    x: v.optional(range(-5, 5), 1),
    list: v.optional(text(MOST_CHARACTERS), "-1.0, 1.0, 2.0"),
    h: v.optional(v.picklist(["step", "sigmoid", "relu", "tanh", "identity"]), "step"),
    steep: v.optional(range(-100, 100), 3),
    b: numberOf(-2.5),
  }),
  panels: [
    { id: "curve", component: CurvePanel },
    { id: "list", load: () => import("./ListPanel.svelte") },
    { id: "swap", load: () => import("./SwapPanel.svelte") },
  ],
  code: (lesson, panel, t) => {
    if (panel === "curve") return curve(lesson, t("code.unread"));
    return panel === "list" ? list(listOf(lesson.list)) : swap(lesson);
  },
  write: (lesson, name, value) => {
    if (name === "x") lesson.x = Math.max(-5, Math.min(5, value));
    else if (name === "steep") lesson.steep = Math.max(-100, Math.min(100, value));
    else if (name === "b") lesson.b = value;
  },
  live: {
    sigmoid: ({ x }) => at(functionOf("sigmoid", undefined)!, x).y.toFixed(3),
  },
  actions: {
    step: (lesson) => void Object.assign(lesson, { fn: "step", other: "none" }),
    sigmoid: (lesson) => void Object.assign(lesson, { fn: "sigmoid", other: "none" }),
    both: (lesson) => void Object.assign(lesson, { fn: "sigmoid", other: "step" }),
    relu: (lesson) => void Object.assign(lesson, { fn: "relu", other: "none" }),
    own: (lesson) => void Object.assign(lesson, { fn: "own", other: "none" }),
    swapSigmoid: (lesson) => void (lesson.h = "sigmoid"),
    swapIdentity: (lesson) => void (lesson.h = "identity"),
    sharp: (lesson) => void Object.assign(lesson, { h: "sigmoid", steep: 10 }),
  },
});
