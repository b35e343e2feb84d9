/** The public face of maru. */
import { addTarget } from "./targets/index.js";
import { wasm } from "./targets/wasm/wasm.js";

addTarget(wasm);

export * from "./face.js";
