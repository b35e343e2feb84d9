/** The instruction sets that kernels are printed for: how many lanes, and what the compiler must be told. */
import type { Machine } from "../../compiler/product-shape.js";
import { prefetchMemory } from "./prefetch.js";
import { AVX2 } from "./prelude-avx2.js";
import { AVX512 } from "./prelude-avx512.js";
import { COMMON_BEGIN, COMMON_END } from "./prelude-common.js";
import { PORTABLE } from "./prelude-portable.js";

export interface InstructionSet {
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** What the compiler defines (`-march=native`) on a processor that has it; all of them. */
  readonly needs: readonly string[];
  readonly flags: readonly string[];
  readonly lanes: number;
  /** Vector registers. */
  readonly registers: number;
  /** Does a product that is added round once? */
  readonly fused: boolean;
  /** Headers and the words that kernels are printed in. */
  readonly header: string;
  readonly words: string;
}

const X86 = "#include <immintrin.h>\n";

/** The best first. */
export const INSTRUCTION_SETS: readonly InstructionSet[] = [
  {
    name: "avx512",
    title: "AVX-512",
    needs: ["__AVX512F__", "__AVX512VL__", "__AVX512BW__", "__AVX512DQ__", "__AVX2__", "__FMA__"],
    flags: [
      ...["-mavx512f", "-mavx512vl", "-mavx512bw", "-mavx512dq", "-mavx2", "-mfma", "-mbmi", "-mbmi2"],
      "-mprefer-vector-width=512",
    ],
    lanes: 16,
    registers: 32,
    fused: true,
    header: X86,
    words: AVX512,
  },
  {
    name: "avx2",
    title: "AVX2",
    needs: ["__AVX2__", "__FMA__"],
    flags: ["-mavx2", "-mfma", "-mbmi", "-mbmi2"],
    lanes: 8,
    registers: 16,
    fused: true,
    header: X86,
    words: AVX2,
  },
  {
    name: "neon",
    title: "NEON",
    needs: ["__ARM_NEON", "__aarch64__"],
    flags: [],
    lanes: 4,
    registers: 32,
    fused: true,
    header: "",
    words: PORTABLE,
  },
  {
    name: "sse2",
    title: "SSE2",
    needs: ["__SSE2__"],
    flags: ["-msse2"],
    lanes: 4,
    registers: 16,
    fused: false,
    header: "",
    words: PORTABLE,
  },
  {
    name: "portable",
    title: "vectors of 128 bits",
    needs: [],
    flags: [],
    lanes: 4,
    registers: 16,
    fused: false,
    header: "",
    words: PORTABLE,
  },
];

/** What every file of kernels includes. */
export const preludeOf = ({ header, words, lanes, fused }: InstructionSet): string =>
  `${header}#define LANES ${lanes}\n${fused ? "#define FUSED 1\n" : ""}${COMMON_BEGIN}${words}${COMMON_END}`;

/** The numbers of the heuristics, from the width of vectors and the size of a processor's own cache. */
export const machineOf = ({ lanes, registers }: InstructionSet, ownCache: number): Machine => ({
  lanes,
  registers,
  broadcasts: true,
  // The other half is for what passes through.
  farCache: ownCache / 2,
  prefetch: prefetchMemory,
  streamed: 4 * ownCache,
  // Arrays of others end where they end.
  slack: 0,
});
