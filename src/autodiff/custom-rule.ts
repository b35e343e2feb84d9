/** A derivative that the user states instead of the one that the table would give. */
import type { CustomRule, Node } from "../graph/index.js";

export class DerivativeRule implements CustomRule {
  constructor(
    readonly name: string,
    /** Cotangent of the output to cotangents of the inputs, in order; null where nothing flows. */
    readonly backward: (cotangent: Node, inputs: readonly Node[], output: Node) => readonly (Node | null)[],
  ) {}
}
