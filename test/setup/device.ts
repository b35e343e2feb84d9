/**
 * The device that the tests compute on: Wasm, or what MARU_TEST_DEVICE names. Small graphs are compiled too, so that it is
 * the device that is tested; the compiler's own verifiers are on.
 */
import { verifyStages } from "../../src/compiler/compile.js";
import { verifyCode, verifyNest } from "../../src/compiler/verify.js";
import { addTarget } from "../../src/targets/index.js";
import { setInterpretFirst } from "../../src/targets/known-programs.js";
import { native } from "../../src/targets/native/native.js";
import { wasm } from "../../src/targets/wasm/wasm.js";
import { random } from "../../src/tensor/random.js";
import { setDevice, setThreads } from "../../src/tensor/runtime.js";

addTarget(wasm);
addTarget(native);
setDevice(globalThis.process.env.MARU_TEST_DEVICE ?? "wasm");
if (globalThis.process.env.MARU_TEST_THREADS) setThreads(Number(globalThis.process.env.MARU_TEST_THREADS));
setInterpretFirst(false);
// Files that share a process begin alike.
random.seed(0);
verifyStages({ nest: verifyNest, code: verifyCode });
