import * as v from "valibot";
import { type Code, slot, ts } from "../../code/template.js";
import { shown } from "../../figures/format.js";
import { chapter } from "../chapter.js";
import { CASES, numberOf, readiness, stepsOf } from "../gates.js";
import FormPanel from "./FormPanel.svelte";

export default chapter({
  schema: v.object({
    w1: numberOf(0.5),
    w2: numberOf(0.5),
    b: numberOf(-0.7),
    form: v.optional(v.picklist(["theta", "bias"]), "theta"),
    row: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3)), 2),
  }),
  panels: [
    { id: "form", component: FormPanel },
    { id: "steps", load: () => import("./StepsPanel.svelte") },
    { id: "roles", load: () => import("./RolesPanel.svelte") },
  ],
  code: ({ w1, w2, b, form, row }, panel, t): Code => {
    const w = ts`const w = array([${slot("w1", w1)}, ${slot("w2", w2)}], { dtype: "float64" });`;
    if (panel === "form" && form === "theta")
      return ts`import { array } from "maru";

const x = array([[0, 0], [1, 0], [0, 1], [1, 1]], { dtype: "float64" });
${w}
const theta = ${slot("theta", 0 - b)};
const y = x.dot(w).gt(theta); // w1 x1 + w2 x2 > theta
console.log(String(y.astype("int32")));`;
    if (panel === "form")
      return ts`import { array } from "maru";

const x = array([[0, 0], [1, 0], [0, 1], [1, 1]], { dtype: "float64" });
${w}
const b = ${slot("b", b)}; // ${t("code.bias")}
const y = x.dot(w).add(b).gt(0); // b + w1 x1 + w2 x2 > 0
console.log(String(y.astype("int32")));`;
    return ts`import { array } from "maru";

const x = array([${CASES[row]!.join(", ")}], { dtype: "float64" });
${w}
const b = ${slot("b", b)};
console.log(String(w.mul(x))); // ${t("steps.products")}
console.log(String(w.mul(x).sum())); // ${t("steps.sum")}
console.log(String(w.mul(x).sum().add(b))); // ${t("steps.total")}`;
  },
  write: (lesson, name, value) => {
    if (name === "theta") lesson.b = 0 - value;
    else if (name === "w1" || name === "w2" || name === "b") lesson[name] = value;
  },
  weights: ({ w1, w2, b }) => ({ w: [w1, w2], b: [b] }),
  live: {
    theta: ({ b }) => shown(0 - b),
    b: ({ b }) => shown(b),
    total: ({ w1, w2, b, row }) => stepsOf(CASES[row]!, w1, w2, b).total.replace("-", "−"),
    ready: ({ w1, w2, b }) => `${shown(readiness(w1, w2, b) * 100, 0)}%`,
  },
  actions: {
    turn: (lesson) => void (lesson.form = lesson.form === "theta" ? "bias" : "theta"),
    lecture: (lesson) => void Object.assign(lesson, { w1: 0.5, w2: 0.5, b: -0.7, row: 2 }),
    eager: (lesson) => void (lesson.b = -0.1),
    shy: (lesson) => void (lesson.b = -20),
    heavy: (lesson) => void Object.assign(lesson, { w1: 1.5, w2: 0.2, b: -0.7 }),
  },
});
