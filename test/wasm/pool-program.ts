/** A program that uses workers and then has nothing more to do; run by the test of the thread pool. */
import { WasmHeap } from "../../src/targets/wasm/heap.js";
import { ThreadPool } from "../../src/targets/wasm/threads.js";
import { ACCIDENT, Counting, countingModule } from "./counting-module.js";

const mode = process.argv[2];
const heap = new WasmHeap({ shared: true });
const pool = new ThreadPool(heap, 3);
const module = countingModule(heap, pool);
const job = new Counting(heap, { rounds: 20 });
if (mode === "async") await pool.runAsync(module, job.address, 3);
else pool.run(module, job.address, 3);
console.log(job.count);
if (mode === "exit") process.exit(3);
if (mode === "stuck") {
  const stuck = new Counting(heap, { rounds: 1, accident: ACCIDENT.writesForever, unlucky: 1 });
  void pool.runAsync(module, stuck.address, 3).catch(() => undefined);
  setTimeout(() => process.exit(0), 200);
}
