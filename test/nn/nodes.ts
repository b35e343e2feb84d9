/** How much graph a tensor holds. */
import { topological } from "../../src/graph/index.js";
import type { Tensor } from "../../src/index.js";

/** The nodes that a tensor's values are still to be computed from, itself among them; 1 where they are there. */
export const nodesOf = (tensor: Tensor): number =>
  topological([tensor.node], (node) => node.storage !== undefined).length;
