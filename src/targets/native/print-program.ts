/**
 * A program as C: its kernels, and `run(words, threads, team)`, which takes the phases one after the other. One thread calls
 * the kernels as they come. Several threads claim turns of a phase by its counter, and wait for each other before the
 * next. Kernels are spread over a few files, which compilers take at the same time.
 */
import type { KernelCode, Phase, ProgramCode } from "../../compiler/code.js";
import { printKernel, signatureOf } from "./print-kernel.js";

/** Doubles in the block of words that `run` gets: places of the buffers, then these. */
export const wordsLayout = (buffers: number) => ({
  scratch: buffers,
  scratchBytes: buffers + 1,
  statusCode: buffers + 2,
  statusValue: buffers + 3,
  statusSite: buffers + 4,
  words: buffers + 5,
});

/** What all files of a program begin with, behind the prelude. */
export const JOB = `
struct team;
struct job {
  const address *places;
  const struct team *team;
  address scratch, scratch_bytes;
  /* The code of the first check that failed, its value and its site. */
  i32 code, value, site;
  /* Turns of each phase that are taken. */
  i32 *taken;
};

/* What several threads share, and how they wait; see the runtime. */
struct team {
  void (*together)(i32 threads, void (*work)(struct job *job, i32 thread, i32 threads), struct job *job);
  void (*wait)(i32 threads);
};

inline_c void fail(const struct job *at, i32 code, i32 value, i32 site) {
  struct job *job = (struct job *)at;
  i32 none = 0;
  if (__atomic_compare_exchange_n(&job->code, &none, code, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
    job->value = value;
    job->site = site;
  }
}
`;

export interface PrintedKernel {
  readonly name: string;
  readonly text: string;
}

export interface PrintedProgram {
  /** The files without their includes. */
  readonly files: readonly string[];
  readonly kernels: readonly PrintedKernel[];
  /** Whether several threads would have anything to share. */
  readonly parallel: boolean;
}

/** Characters of C that are worth a compiler of their own. */
const WORTH_A_FILE = 12_000;

export function printProgram(program: ProgramCode, lanes: number, mostFiles: number): PrintedProgram {
  // Kernels whose text is the same are one function.
  const functions = new Map<string, string>();
  const calls = program.kernels.map((kernel): Call => {
    const { body, at } = printKernel(kernel, program, lanes);
    const name = functions.get(body) ?? `kernel_${functions.size}`;
    functions.set(body, name);
    return { name, at };
  });
  const texts = new Map([...functions].map(([body, name]) => [name, `${signatureOf(name)} ${body}`]));
  const total = [...texts.values()].reduce((sum, text) => sum + text.length, 0);
  const count = Math.max(1, Math.min(mostFiles, Math.ceil(total / WORTH_A_FILE)));
  const files = Array.from({ length: count }, () => ({ length: 0, texts: [] as string[] }));
  const shortest = () => files.reduce((a, b) => (b.length < a.length ? b : a));
  // The longest first, each to the file that is shortest.
  for (const text of [...texts.values()].sort((a, b) => b.length - a.length)) {
    const file = shortest();
    file.texts.push(text);
    file.length += text.length;
  }
  const declarations = [...texts.keys()]
    .map((name) => `__attribute__((visibility("hidden"))) ${signatureOf(name)};`)
    .join("\n");
  shortest().texts.push(mainText(program, calls));
  return {
    files: files.map((file) => [declarations, ...file.texts].join("\n\n")),
    kernels: program.kernels.map(({ name }, i) => ({ name, text: texts.get(calls[i]!.name)! })),
    parallel: program.phases.some((phase) => isParallel(program, phase)),
  };
}

/** Which function a kernel is, and what it works on. */
interface Call {
  readonly name: string;
  readonly at: readonly number[];
}

const piecesOf = ({ turns, grain }: KernelCode): number => Math.ceil(turns / grain);

/** Whether the phase is worth more than one thread. */
function isParallel(program: ProgramCode, phase: Phase): boolean {
  const pieces = phase.kernels.reduce((sum, kernel) => sum + piecesOf(program.kernels[kernel]!), 0);
  return !phase.alone && pieces > 1;
}

const GUARD = "  if (__atomic_load_n(&job->code, __ATOMIC_ACQUIRE) != 0) return;";

function mainText(program: ProgramCode, calls: readonly Call[]): string {
  const { buffers, phases } = program;
  const layout = wordsLayout(buffers.length);
  const alone = phases.flatMap((phase) => [
    ...(phase.guarded ? [GUARD] : []),
    ...callsOf(program, calls, phase, "  "),
  ]);
  const tables = calls.map(
    ({ at }, i) => `static const i32 at_${i}[] = {${at.length === 0 ? 0 : at.join(", ")}};`,
  );
  return `
${tables.join("\n")}

static void alone(struct job *job) {
${alone.join("\n")}
  (void)job;
}

${workText(program, calls)}

__attribute__((visibility("default"))) void run(f64 *words, i32 threads, const struct team *team) {
  address places[${Math.max(1, buffers.length)}];
  i32 taken[${Math.max(1, phases.length)}] = {0};
  for (i32 i = 0; i < ${buffers.length}; i++) places[i] = (address)words[i];
  struct job job = {
    .places = places,
    .team = team,
    .scratch = (address)words[${layout.scratch}],
    .scratch_bytes = (address)words[${layout.scratchBytes}],
    .taken = taken,
  };
  if (threads <= 1) alone(&job);
  else team->together(threads, work, &job);
  words[${layout.statusCode}] = job.code;
  words[${layout.statusValue}] = job.value;
  words[${layout.statusSite}] = job.site;
}

/* One kernel by itself, for who wants to know how long it takes. */
__attribute__((visibility("default"))) void run_kernel(f64 *words, i32 kernel) {
  address places[${Math.max(1, buffers.length)}];
  for (i32 i = 0; i < ${buffers.length}; i++) places[i] = (address)words[i];
  struct job job = {
    .places = places,
    .scratch = (address)words[${layout.scratch}],
    .scratch_bytes = (address)words[${layout.scratchBytes}],
  };
  switch (kernel) {
${program.kernels.map(({ turns }, i) => `    case ${i}: ${calls[i]!.name}(&job, at_${i}, 0, ${turns}, 0); break;`).join("\n")}
    default: break;
  }
}
`;
}

/** All turns of a phase's kernels by one thread. */
function callsOf(program: ProgramCode, calls: readonly Call[], phase: Phase, indent: string): string[] {
  return phase.kernels
    .filter((kernel) => program.kernels[kernel]!.turns > 0)
    .map(
      (kernel) =>
        `${indent}${calls[kernel]!.name}(job, at_${kernel}, 0, ${program.kernels[kernel]!.turns}, 0);`,
    );
}

/**
 * A phase of many threads waits for all before it. Those of thread 0 follow each other; so nobody waits at the end, where
 * the team waits until every thread has returned.
 */
function workText(program: ProgramCode, calls: readonly Call[]): string {
  const lines: string[] = [];
  let before: "alone" | "together" | undefined;
  program.phases.forEach((phase, number) => {
    const together = isParallel(program, phase);
    const follows = before === "alone" && !together && !phase.guarded;
    if (before !== undefined && !follows) lines.push("  job->team->wait(threads);");
    if (phase.guarded) lines.push(GUARD);
    before = together ? "together" : "alone";
    if (!together) {
      const own = callsOf(program, calls, phase, "    ");
      if (own.length > 0) lines.push("  if (thread == 0) {", ...own, "  }");
    } else lines.push(...claims(program, calls, phase, number));
  });
  return [
    "static void work(struct job *job, i32 thread, i32 threads) {",
    ...lines,
    "  (void)job, (void)thread, (void)threads;",
    "}",
  ].join("\n");
}

/**
 * Pieces of all the phase's kernels have consecutive numbers. A thread claims a share of those that are left, a 2 n-th with
 * n threads: neighbours at first, which read the same memory, and single ones at the end, so that all end together.
 */
function claims(program: ProgramCode, calls: readonly Call[], phase: Phase, number: number): string[] {
  const kernels = phase.kernels.map((kernel) => ({ kernel, ...program.kernels[kernel]! }));
  const total = kernels.reduce((sum, { turns, grain }) => sum + Math.ceil(turns / grain), 0);
  let first = 0;
  const choices = kernels
    .filter(({ turns }) => turns > 0)
    .map(({ kernel, turns, grain }) => {
      const pieces = Math.ceil(turns / grain);
      const [from, to] = [first, first + pieces];
      first = to;
      return [
        `    if (next < ${to} && last > ${from}) {`,
        `      i32 begin = (next > ${from} ? next - ${from} : 0) * ${grain};`,
        `      i32 end = (last < ${to} ? last - ${from} : ${pieces}) * ${grain};`,
        `      ${calls[kernel]!.name}(job, at_${kernel}, begin, end < ${turns} ? end : ${turns}, thread);`,
        "    }",
      ];
    });
  return [
    "  for (;;) {",
    `    i32 next = __atomic_load_n(&job->taken[${number}], __ATOMIC_RELAXED), last = 0;`,
    "    do {",
    `      if (next >= ${total}) break;`,
    `      i32 share = (${total} - next) / (2 * threads);`,
    "      last = next + (share > 1 ? share : 1);",
    `    } while (!__atomic_compare_exchange_n(&job->taken[${number}], &next, last, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));`,
    `    if (next >= ${total}) break;`,
    ...choices.flat(),
    "  }",
  ];
}
