/** The system's C compiler: which one there is, what the processor can do by its account, and how it is called. */
import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { arch, cpus, platform } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import { DeviceError } from "../../errors.js";
import { hashOf, recall, remember } from "./cache.js";
import { INSTRUCTION_SETS, type InstructionSet } from "./instruction-sets.js";

export interface Toolchain {
  /** The compiler's path. */
  readonly path: string;
  readonly version: string;
  readonly clang: boolean;
  readonly set: InstructionSet;
  /** Flags for every file. */
  readonly flags: readonly string[];
}

/** A compilation that takes longer is given up. */
const PATIENCE_MS = 300_000;
const CANDIDATES = ["cc", "gcc", "clang"];

/**
 * Nothing that would change a number: no contraction of a product and a sum that the code does not ask for, no reordering.
 * Whole numbers wrap around; memory is what its bytes are. What is to be a vector the code says itself: the compiler
 * vectorizes nothing more (it makes nothing quicker, and GCC 12 stores 255 for `true` where it vectorizes the maximum of
 * comparisons without SSE4.1).
 */
const FLAGS = [
  ...["-std=gnu11", "-O2", "-pthread", "-fPIC", "-fvisibility=hidden", "-fwrapv", "-fno-strict-aliasing"],
  ...["-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-fno-tree-vectorize", "-Wno-psabi"],
];

/** The compiler that MARU_CC names, or the first of the usual ones. */
function findCompiler(): string {
  const named = process.env.MARU_CC;
  for (const name of named === undefined || named === "" ? CANDIDATES : [named]) {
    const folders = isAbsolute(name) ? [""] : (process.env.PATH ?? "").split(delimiter);
    for (const folder of folders) {
      const path = folder === "" ? name : join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        if (statSync(path).isFile()) return path;
      } catch {
        // Not here.
      }
    }
  }
  throw new DeviceError(
    named === undefined || named === ""
      ? "there is no C compiler (cc, gcc or clang); install one, such as Debian's package gcc or Apple's command line tools"
      : `there is no C compiler "${named}", which MARU_CC names`,
  );
}

/** What a compiler says of itself and of this processor. */
interface Account {
  readonly version: string;
  readonly clang: boolean;
  readonly defines: readonly string[];
}

const isAccount = (value: unknown): value is Account => {
  const { version, clang, defines } = (value ?? {}) as Partial<Account>;
  return (
    typeof version === "string" &&
    typeof clang === "boolean" &&
    Array.isArray(defines) &&
    defines.every((define) => typeof define === "string")
  );
};

/** Everything that an instruction set may need. */
const ASKED = new Set(INSTRUCTION_SETS.flatMap(({ needs }) => needs));

function askCompiler(path: string): Account {
  const { size, mtimeMs } = statSync(path);
  const key = hashOf([
    "account",
    realpathSync(path),
    String(size),
    String(mtimeMs),
    arch(),
    cpus()[0]?.model ?? "",
  ]);
  const known = recall(key);
  if (isAccount(known)) return known;
  const version = output(path, ["--version"]);
  const tuned = ask(path, ["-march=native"]) ?? ask(path, []);
  if (version === undefined || tuned === undefined)
    throw new DeviceError(`the C compiler ${path} does not work: it cannot even say what it is`);
  const account: Account = {
    version: version.split("\n")[0]!.trim(),
    clang: tuned.includes("__clang__"),
    defines: tuned.filter((define) => ASKED.has(define)),
  };
  remember(key, account);
  return account;
}

/** The names of what the compiler defines. */
function ask(path: string, flags: readonly string[]): string[] | undefined {
  const text = output(path, [...flags, "-dM", "-E", "-x", "c", "/dev/null"]);
  return text?.split("\n").flatMap((line) => /^#define (\w+)/.exec(line)?.[1] ?? []);
}

function output(path: string, parts: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(path, parts, {
    encoding: "utf8",
    timeout: PATIENCE_MS,
    env: environment(),
  });
  return status === 0 ? stdout : undefined;
}

/** Messages in English, whatever the user's language is. */
const environment = (): NodeJS.ProcessEnv => ({ ...process.env, LC_ALL: "C" });

/** The best instruction set that the processor has, or the one that MARU_INSTRUCTIONS names. */
function chooseSet({ defines }: Account): InstructionSet {
  const usable = INSTRUCTION_SETS.filter(({ needs }) => needs.every((need) => defines.includes(need)));
  const named = process.env.MARU_INSTRUCTIONS;
  if (named === undefined || named === "") return usable[0]!;
  const set = usable.find(({ name }) => name === named);
  if (set !== undefined) return set;
  const names = usable.map(({ name }) => name).join(", ");
  throw new DeviceError(`MARU_INSTRUCTIONS names "${named}", but this processor and compiler have: ${names}`);
}

export function openToolchain(): Toolchain {
  if (platform() === "win32")
    throw new DeviceError("the native device needs Linux or macOS; on Windows use it inside WSL");
  const path = findCompiler();
  const account = askCompiler(path);
  const set = chooseSet(account);
  const extra = (process.env.MARU_CFLAGS ?? "").split(/\s+/).filter((flag) => flag !== "");
  return {
    path,
    version: account.version,
    clang: account.clang,
    set,
    flags: [...FLAGS, ...set.flags, ...extra],
  };
}

/** One call of the compiler, or several that may go at the same time. */
type Call = readonly string[];

/** Runs the calls of a step side by side; throws where one fails. */
export function runCalls(path: string, calls: readonly Call[], folder: string): void {
  // A shell waits for several at a time, which Node cannot.
  const script =
    'status=0; for call in "$@"; do eval "$call" & pids="$pids $!"; done; for pid in $pids; do wait "$pid" || status=1; done; exit $status';
  const one = calls.length === 1;
  const result: SpawnSyncReturns<string> = one
    ? spawnSync(path, calls[0]!, { cwd: folder, encoding: "utf8", timeout: PATIENCE_MS, env: environment() })
    : spawnSync(
        "/bin/sh",
        ["-c", script, "sh", ...calls.map((call) => [path, ...call].map(quote).join(" "))],
        {
          cwd: folder,
          encoding: "utf8",
          timeout: PATIENCE_MS,
          env: environment(),
        },
      );
  if (result.status !== 0) throw failed(path, result.stderr ?? "", result.error);
}

/** As `runCalls`, while the event loop turns. */
export async function runCallsSoon(path: string, calls: readonly Call[], folder: string): Promise<void> {
  await Promise.all(
    calls.map(
      (call) =>
        new Promise<void>((resolve, reject) => {
          const child = spawn(path, call, {
            cwd: folder,
            stdio: ["ignore", "ignore", "pipe"],
            timeout: PATIENCE_MS,
            env: environment(),
          });
          let words = "";
          child.stderr.setEncoding("utf8").on("data", (text: string) => {
            words += text;
          });
          child.on("error", (error) => reject(failed(path, words, error)));
          child.on("close", (status) => (status === 0 ? resolve() : reject(failed(path, words))));
        }),
    ),
  );
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const MOST_LINES = 6;

function failed(path: string, words: string, cause?: Error): DeviceError {
  const lines = words.split("\n").filter((line) => line.trim() !== "");
  const said = lines.slice(0, MOST_LINES).join("\n") || cause?.message || "it said nothing";
  return new DeviceError(`native: the C compiler ${path} failed:\n${said}`, { cause });
}
