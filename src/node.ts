/** The public face in Node: what it is everywhere, and the native device. */
import { addTarget } from "./targets/index.js";
import { native } from "./targets/native/native.js";

addTarget(native);

export * from "./index.js";
