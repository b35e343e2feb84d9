/** A stream of tokens as samples for a language model: windows, and the same windows one token later. */
import { DataError } from "../errors.js";
import { buffer } from "../graph/index.js";
import { Tensor } from "../tensor/index.js";
import { checkIndices, type Dataset } from "./dataset.js";
import { checkCount } from "./sampler.js";

/** What `windowDataset` takes beside the tokens and the length. */
export interface WindowDatasetOptions {
  /** How many tokens lie from the start of a window to the start of the next; the window's length by default. */
  readonly stride?: number;
}

/** Throws unless all tokens are whole numbers of at least 0 that an int32 can hold. */
function checkTokens(tokens: ArrayLike<number>): Int32Array {
  const all = Int32Array.from(tokens);
  for (let i = 0; i < all.length; i++) {
    if (all[i] === tokens[i] && all[i]! >= 0) continue;
    throw new DataError(`windowDataset: token ${i} is ${tokens[i]}; tokens are whole numbers from 0`);
  }
  return all;
}

/**
 * Windows of a stream of tokens, for language models: the inputs of sample i are the `length` tokens from i * stride on,
 * the targets those one later. A window that the stream has not all of is left out. Shuffle the windows with a loader's
 * `shuffle`; `stride: 1` gives every window there is.
 *
 * @throws DataError where the stream has fewer than `length` + 1 tokens, or a token is no whole number from 0
 * @throws ValueError where length or stride is not a whole number of at least 1
 * @example
 * ```ts
 * const dataset = windowDataset([1, 2, 3, 4, 5, 6, 7], 3);
 * dataset.length; // 2
 * const { inputs, targets } = dataset.batch([1]);
 * [inputs, targets].map(String); // ["[[4 5 6]]", "[[5 6 7]]"]
 * ```
 */
export function windowDataset<const L extends number>(
  tokens: ArrayLike<number> | Tensor,
  length: L,
  { stride = length }: WindowDatasetOptions = {},
): Dataset<[L], [L], "int32", "int32"> {
  checkCount("windowDataset", "length", length);
  checkCount("windowDataset", "stride", stride);
  const all = checkTokens(tokens instanceof Tensor ? tokens.dataSync() : tokens);
  if (all.length <= length) {
    throw new DataError(
      `windowDataset: a window of ${length} and its target need ${length + 1} tokens, there are ${all.length}`,
    );
  }
  const count = Math.floor((all.length - length - 1) / stride) + 1;
  const rows = (indices: ArrayLike<number>, later: number): Tensor<[number, L], "int32"> => {
    const out = new Int32Array(indices.length * length);
    for (let i = 0; i < indices.length; i++) {
      const from = indices[i]! * stride + later;
      out.set(all.subarray(from, from + length), i * length);
    }
    return new Tensor(buffer(out, [indices.length, length], "int32"));
  };
  return {
    length: count,
    inputShape: [length],
    targetShape: [length],
    batch(indices) {
      checkIndices("windowDataset", indices, count);
      return { inputs: rows(indices, 0), targets: rows(indices, 1) };
    },
  };
}
