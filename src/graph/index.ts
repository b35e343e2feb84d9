/** The graph: nodes over one table of primitives. */
export type * from "./attrs.js";
export * from "./build.js";
export * from "./dtype.js";
export { forgetNodes, isOp, type Node, sameAttributes } from "./node.js";
export { type Resident, Storage, storageOf } from "./storage.js";
export { threefry } from "./threefry.js";
export { substitute, topological, withoutMarks } from "./traverse.js";
export { verify } from "./verify.js";
