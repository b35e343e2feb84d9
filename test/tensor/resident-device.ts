/**
 * A device for tests: its values live where only `read()` reaches them, and it writes updates in place wherever it is
 * allowed to. What must not change in place changes here, if it is not protected.
 */
import { type Node, type Resident, Storage, type TypedArray } from "../../src/graph/index.js";
import { interpreter } from "../../src/targets/interpreter/interpreter.js";
import type { Program, Target } from "../../src/targets/target.js";

class Cell implements Resident {
  constructor(readonly values: TypedArray) {}
  read(): TypedArray {
    return this.values.slice();
  }
}

const moved = (storage: Storage): Storage =>
  new Storage(storage.dtype, storage.length, undefined, new Cell(storage.read().slice()));

/** How often something was written in place or renewed, and how many programs were made. */
export const counts = { overwritten: 0, renewed: 0, programs: 0, runs: 0 };

function compile(
  outputs: readonly Node[],
  inputs: readonly Node[],
  updates: readonly (readonly [number, number])[],
): Program {
  const inner = interpreter.compile(outputs, inputs, updates);
  counts.programs++;
  return {
    run(given, mayOverwrite = [], renewed = []) {
      counts.runs++;
      const results = inner.run(given).map(moved);
      for (const [output, input] of updates) {
        const before = given[input]!;
        if (!mayOverwrite[input] || !(before.resident instanceof Cell)) continue;
        before.resident.values.set(results[output]!.read() as never);
        results[output] = before;
        counts.overwritten++;
      }
      renewed.forEach((old, output) => {
        if (!(old?.resident instanceof Cell)) return;
        old.resident.values.set(results[output]!.read() as never);
        results[output] = old;
        counts.renewed++;
      });
      return results;
    },
    get report() {
      return inner.report;
    },
  };
}

export const residentDevice: Target = {
  name: "resident",
  run(roots, keep) {
    const kept: Node[] = [];
    const report = interpreter.run(roots, (node) => {
      const stays = keep(node);
      if (stays) kept.push(node);
      return stays;
    });
    for (const node of [...roots, ...kept])
      if (node.storage !== undefined) node.storage = moved(node.storage);
    return report;
  },
  compile,
};
