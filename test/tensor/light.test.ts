/** The light face: the same tensors on the interpreter, until the compiler is asked for. In a process of its own. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = `
import { array, deviceStatuses, getDevice, loadCompiler, setDevice } from "./src/light.ts";
const said = [];
said.push(getDevice(), String(array([1, 2]).add(1)));
try {
  setDevice("wasm");
} catch (error) {
  said.push(error.name, error.message);
}
const before = array([3, 4]);
loadCompiler().then(() => {
  said.push(getDevice(), deviceStatuses().map(({ name }) => name).join(" "), before.dot(before).item());
  console.log(JSON.stringify(said));
});
`;

test("computes on the interpreter, says what is missing, and goes on with the compiler", () => {
  const words = ["--import", "tsx", "--input-type=module", "--eval", PROGRAM];
  const said = JSON.parse(
    execFileSync(process.execPath, words, { cwd: root, encoding: "utf8" }),
  ) as unknown[];
  expect(said).toEqual([
    "interpreter",
    "[2. 3.]",
    "DeviceError",
    'device "wasm" is not available: its compiler has not been loaded (await loadCompiler() loads it). Available: interpreter (npx maru doctor tells more)',
    "wasm",
    "wasm interpreter native webgpu",
    25,
  ]);
});
