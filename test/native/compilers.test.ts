/** Each compiler and each instruction set that is here, in a process of its own, against the interpreter. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const library = fileURLToPath(new URL("../../dist/node.js", import.meta.url));

/** Prints the bytes of what short loops make, all of them exact: comparisons, their extremes, whole numbers. */
const PROGRAM = `
const { arange, compile, ones, setDevice } = await import(${JSON.stringify(library)});
const out = [];
for (const device of ["interpreter", "native"]) {
  setDevice(device);
  // Captured, so it is not interpreted where it is small.
  const make = compile((x) => {
    const even = x.mod(2).eq(0);
    return [
      x.any([0, 2]), even.all([0, 2]), even.any(-1), x.gt(11).all(0),
      x.astype("int32").max([0, 2]), x.astype("uint8").sum([0, 2]), x.argmax(1), even.astype("uint8").max(0),
    ];
  });
  const bytes = [];
  for (const one of make(arange(24).reshape([2, 3, 4]).add(1))) {
    const data = await one.data();
    bytes.push(...new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  out.push(bytes.join(" "));
}
console.log(out.join("\\n"));`;

const here = ["gcc", "clang"].filter((name) => spawnSync(name, ["--version"]).status === 0);
const cases = (here.length > 0 ? here : ["cc"]).flatMap((compiler) =>
  ["", "avx512", "avx2", "sse2", "neon", "portable"].map((set) => [compiler, set] as const),
);

test.each(cases)("%s, %s", (compiler, set) => {
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", PROGRAM], {
    encoding: "utf8",
    env: { ...process.env, MARU_CC: compiler, MARU_INSTRUCTIONS: set },
  });
  // A set that the processor does not have is told.
  if (set !== "" && stderr.includes("MARU_INSTRUCTIONS names")) return;
  expect(stderr).toBe("");
  const [expected, got] = stdout.trim().split("\n");
  expect(expected).toMatch(/^1 1 1 /);
  expect(got).toBe(expected);
});
