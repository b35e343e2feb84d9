/**
 * The public face for a page that computes little at first: the same names, and the interpreter alone. The compiler, which
 * is two thirds of what a page would load, comes when it is asked for.
 */
import { addTarget } from "./targets/index.js";

export * from "./face.js";

/**
 * Loads the compiler. From then on tensors are computed on WebAssembly, unless another device was chosen, as where `maru`
 * itself was imported.
 *
 * @example
 * ```ts
 * import { getDevice, loadCompiler, ones } from "maru/light";
 *
 * await loadCompiler();
 * String(ones([2]).add(1)); // [2. 2.]
 * getDevice(); // wasm
 * ```
 */
export async function loadCompiler(): Promise<void> {
  const { wasm } = await import("./targets/wasm/wasm.js");
  addTarget(wasm);
}
