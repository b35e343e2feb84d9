/** explain: the graph, the kernels and their listing, of a tensor or of a function's call. */
import { DeviceError } from "../errors.js";
import type { Node } from "../graph/index.js";
import type { Target } from "../targets/index.js";
import { record } from "./compile.js";
import type { Explained } from "./explained.js";
import { currentTarget, useTarget } from "./runtime.js";
import { held, mustBeTensor, type Tensor } from "./tensor.js";

type Asked = Parameters<NonNullable<Target["explain"]>>;

/** What a capture of the function's call asks the device to compile; nothing is computed. */
function askedBy(fn: (...args: never[]) => unknown, args: readonly unknown[]): Asked {
  const target = currentTarget();
  let asked: Asked | undefined;
  const listening: Target = {
    name: target.name,
    run: (roots, keep) => target.run(roots, keep),
    compile(outputs, inputs, updates) {
      asked = [outputs, inputs, updates];
      return { run: () => [], report: { computed: 0, peakBytes: 0 } };
    },
  };
  useTarget(listening);
  try {
    record(fn, args);
  } finally {
    useTarget(target);
  }
  return asked ?? [[], [], []];
}

/**
 * What the compiler makes of a tensor that is not computed yet, or of a call of a function (which is captured as
 * {@link compile} captures it, and not carried out): the graph, which of its nodes became one kernel, each kernel's loops
 * before and after the transforms, its listing in the device's own language, bytes, operations and time. The result is
 * data, and as a string it is text.
 *
 * @throws DeviceError on a device that does not compile (the interpreter)
 * @throws CaptureError where the function cannot be captured
 * @example
 * ```ts
 * const x = ones([1000]);
 * const { kernels } = await explain(x.mul(2).add(1).tanh());
 * kernels.length; // 1
 * kernels[0]?.listing.startsWith("(func"); // true
 * ```
 */
export async function explain(
  what: Tensor | ((...args: never[]) => unknown),
  ...args: readonly unknown[]
): Promise<Explained> {
  const target = currentTarget();
  if (target.explain === undefined) {
    throw new DeviceError(
      `explain: the device "${target.name}" does not compile; choose another, such as setDevice("wasm")`,
    );
  }
  const { Explained } = await import("./explained.js");
  if (typeof what === "function") return new Explained(await target.explain(...askedBy(what, args)));
  mustBeTensor(what, "explain");
  const node: Node = held(what as Tensor);
  return new Explained(await target.explain(node.storage === undefined ? [node] : [], [], []));
}
