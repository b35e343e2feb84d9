/** `maru bench`: its records and exit codes, that its tasks compute what PyTorch does, and the figures of bench/. */
import { CommanderError } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { measure } from "../../src/cli/bench-clock.js";
import { TASKS } from "../../src/cli/bench-tasks.js";
import * as values from "../../src/cli/bench-values.js";
import { prepare } from "../../src/cli/bench-work.js";
import { answerer } from "../../src/cli/bench-worker.js";
import { buildProgram } from "../../src/cli/program.js";
import { DeviceError } from "../../src/errors.js";
import { getDevice, setDevice } from "../../src/tensor/index.js";

/** A file of bench/, which is plain JavaScript. */
const benchFile = (name: string): Promise<Record<string, never>> =>
  import(new URL(`../../bench/${name}`, import.meta.url).href);

const taskOf = (name: string) => TASKS.find((task) => task.name === name)!;

describe("maru bench", () => {
  let stdout = "";
  let stderr = "";
  let code: number | undefined;
  const before = getDevice();

  beforeEach(() => {
    [stdout, stderr, code] = ["", "", undefined];
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      stdout += text;
      return true;
    });
    vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      stderr += text;
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    setDevice(before);
  });

  const maru = async (...words: string[]): Promise<void> => {
    const program = buildProgram("0", (leave) => {
      code = leave;
    });
    await program.parseAsync(["bench", ...words], { from: "user" });
  };

  it("writes a record a task with --json, and words on standard error", async () => {
    await maru("--json", "--device", "interpreter", "--threads", "1", "--task", "matmul_100x784x10");
    expect(code).toBe(0);
    expect(stdout.trim().split("\n")).toHaveLength(1);
    expect(JSON.parse(stdout)).toEqual({
      task: "matmul_100x784x10",
      device: "interpreter",
      threads: 1,
      ms: expect.any(Number),
      repetitions: expect.any(Number),
    });
    expect((JSON.parse(stdout) as { ms: number }).ms).toBeGreaterThan(0);
    expect(stderr).toContain("device interpreter, 1 thread");
  });

  it("writes a table without --json", async () => {
    await maru("--task", "matmul_64", "--device", "interpreter");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^matmul_64 +\d+\.\d+ {2}.*\(64,64\) times \(64,64\)/m);
  });

  it("labels the interpreter's figures with the one thread that it has", async () => {
    await maru("--json", "--device", "interpreter", "--threads", "4", "--task", "matmul_64");
    expect(JSON.parse(stdout)).toMatchObject({ threads: 1 });
    expect(stderr).toContain("The device interpreter computes on one thread.");
  });

  it("knows wrong usage", async () => {
    for (const words of [["--task", "matmul_65"], ["--threads", "0"], ["--threads", "two"], ["matmul_64"]]) {
      const error = await maru(...words).catch((thrown: unknown) => thrown);
      expect(error, words.join(" ")).toBeInstanceOf(CommanderError);
      expect((error as CommanderError).exitCode).not.toBe(0);
    }
    expect(stderr).toContain("Allowed choices are matmul_64, matmul_256");
    await expect(maru("--device", "abacus")).rejects.toThrow(DeviceError);
    expect(stdout).toBe("");
  });
});

describe("tasks", () => {
  it("have the names that figures are kept under", () => {
    expect(TASKS.map(({ name }) => name)).toEqual([
      "matmul_64",
      "matmul_256",
      "matmul_512",
      "matmul_1024",
      "matmul_511",
      "matmul_333x777x555",
      "matmul_100x784x10",
      "chain_4M",
      "sum_4M",
      "softmax_4096x1000",
      "layernorm_4096x1000",
      "xor_step",
      "xor_step_plain",
      "mlp_784_50_10_b100",
      "mlp_784_256_128_10_b100",
      "cnn_b64",
      "cnn_b64_adam",
      "lstm_64_128_t32_b32",
      "gpt_d128_l2_t64_b16",
      "infer_mlp_b1",
    ]);
  });

  // What bench/peers/torch_peer.py tells with PyTorch 1.13, of sequences with 2.15.
  it.each([
    ["matmul_64", [2.657311, 2.837893, -3.405876, 2.865418, 5.448522]],
    ["matmul_100x784x10", [8.962229, -10.73162, 13.32815, 10.22466, -9.741763]],
    ["chain_4M", [2.396268, 0.04204667, -3.068291, -2.273548, -2.278698]],
    ["sum_4M", [2097898, 2097898, 2097898, 2097898, 2097898]],
    ["softmax_4096x1000", [0.001999639, 0.0003483585, 0.000002713505, 0.002591225, 0.0000590331]],
    ["layernorm_4096x1000", [0.9999991, 0.3659932, -1.734302, 1.240771, -0.3433432]],
    ["xor_step", [0.7004673, 0.0007975101, 0.0007537603]],
    ["xor_step_plain", [0.7004673, 0.0007975101, 0.0007537603]],
    ["mlp_784_50_10_b100", [2.312834, 0.01257539, 0.01068687]],
    ["mlp_784_256_128_10_b100", [2.300759, 0.009634495, 0.009489298]],
    ["cnn_b64", [2.286104, 0.0507009, 0.01634908]],
    ["cnn_b64_adam", [2.286104, 0.05622506, 0.01900434]],
    ["lstm_64_128_t32_b32", [2.301931, 0.02210999, 0.02200389]],
    ["gpt_d128_l2_t64_b16", [4.338163, 0.1894064, 0.1481509]],
    ["infer_mlp_b1", [0.1491659, -0.08836295, 0.09989992, 0.1937047, -0.1394674]],
  ])("%s computes what PyTorch does", async (name, expected) => {
    const { agree } = (await benchFile("statistics.mjs")) as never as {
      agree(one: number[], other: number[]): boolean;
    };
    const found = prepare(taskOf(name)).check();
    expect(agree(expected, found), `${found} instead of ${expected}`).toBe(true);
  });

  it("take the numbers that the peers take", async () => {
    const peers = (await benchFile("peers/values.mjs")) as never as typeof values & {
      labelsOf(record: object): Int32Array;
    };
    expect(peers.uniform(1000, 11, 0.25)).toEqual(values.uniform(1000, 11, 0.25));
    const record = { input: [100, 784], layers: [["linear", 784, 10]] };
    expect(peers.labelsOf(record)).toEqual(values.labels(100, 10));
    expect(peers.fingerprint([3, 4, 5, 7])).toEqual(values.fingerprint([3, 4, 5, 7]));
  });

  it("are done by the worker as it is told", () => {
    const answer = answerer();
    expect(answer({ prepare: "matmul_65" })).toEqual({ refuses: 'there is no task "matmul_65"' });
    expect(answer({ prepare: "infer_mlp_b1" })).toEqual({
      check: prepare(taskOf("infer_mlp_b1")).check(),
    });
    expect(answer({ run: 3 })).toEqual({ ms: expect.any(Number) });
  });
});

describe("figures", () => {
  it("time a task that always takes the same", async () => {
    const step = (): void => {
      for (const end = performance.now() + 4; performance.now() < end; );
    };
    const { ms, repetitions } = await measure(step);
    expect(ms).toBeGreaterThanOrEqual(4);
    expect(ms).toBeLessThan(400);
    expect(repetitions).toBeGreaterThanOrEqual(5);
  });

  it("are middles, spreads and ratios", async () => {
    const { agree, geometricMean, median, spread } = (await benchFile("statistics.mjs")) as never as {
      agree(one: number[], other: number[]): boolean;
      geometricMean(ratios: number[]): number;
      median(values: number[]): number;
      spread(values: number[]): number;
    };
    expect(median([10, 9, 2])).toBe(9);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([7])).toBe(7);
    expect(spread([8, 10, 11])).toBeCloseTo(0.3);
    expect(spread([5])).toBe(0);
    expect(geometricMean([2, 0.5])).toBeCloseTo(1);
    expect(geometricMean([4, 1])).toBeCloseTo(2);
    expect(agree([2, 1], [2.001, 1.0005])).toBe(true);
    expect(agree([2, 1], [2, 1.01])).toBe(false);
    expect(agree([2, 1e-6], [2, 2e-6])).toBe(true);
    expect(agree([2, 1], [2])).toBe(false);
    expect(agree([2, Number.NaN], [2, 1])).toBe(false);
  });
});
