/**
 * The device that the tests compute on: Wasm, or what MARU_TEST_DEVICE names. Small graphs are compiled too, so that it is
 * the device that is tested; the compiler's own verifiers are on.
 */
import { verifyStages } from "../../src/compiler/compile.js";
import { verifyCode, verifyNest } from "../../src/compiler/verify.js";
import { setInterpretFirst } from "../../src/targets/wasm/wasm.js";
import { setDevice } from "../../src/tensor/runtime.js";

setDevice(globalThis.process.env.MARU_TEST_DEVICE ?? "wasm");
setInterpretFirst(false);
verifyStages({ nest: verifyNest, code: verifyCode });
