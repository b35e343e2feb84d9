/** A learned table, whose rows are looked up. */
import { type Embedding as EmbeddingRule, embeddingShape } from "../shape/index.js";
import { array, random, type Tensor, where } from "../tensor/index.js";
import { sizes } from "./checks.js";
import * as functional from "./functional/linear.js";
import { Layer } from "./layer.js";
import type { Input, PartialShape, ShapeRule } from "./shape-rule.js";

interface EmbeddingLayer<Dim extends number> extends ShapeRule {
  readonly output: EmbeddingRule<Input<this>, Dim>;
  readonly expects: readonly number[];
  readonly dtype: "float32";
}

/** What embedding takes beside its sizes. */
export interface EmbeddingOptions {
  /** A row that stands for nothing: it begins as zeros and gets no derivative. None by default. */
  readonly paddingIdx?: number | null;
}

/** Rows of a learned table; made by {@link embedding}. */
export class Embedding<Dim extends number> extends Layer<EmbeddingLayer<Dim>> {
  /** What `summary` calls it. */
  readonly operation = "embedding";
  /** Shape (rows, width). */
  readonly weight: Tensor;
  /** The row that stands for nothing, counted from the front; null where there is none. */
  readonly paddingIdx: number | null;

  constructor(
    /** How many rows. */
    readonly rows: number,
    /** How wide a row is. */
    readonly width: Dim,
    { paddingIdx = null }: EmbeddingOptions = {},
  ) {
    super();
    sizes("embedding", { rows, width });
    this.paddingIdx = paddingIdx === null ? null : functional.paddingRow(paddingIdx, rows);
    const values = random.normal([rows, width]) as Tensor;
    const isPadding = Array.from({ length: rows }, (_, i) => [i === this.paddingIdx]);
    this.weight = (
      this.paddingIdx === null ? values : (where(array(isPadding), 0, values) as Tensor)
    ).realize();
    this.weight.requiresGrad = true;
  }

  outputShape(input: PartialShape): PartialShape {
    return input === null ? null : embeddingShape(input, this.width);
  }

  protected compute(x: Tensor): Tensor {
    return functional.embedding(x, this.weight, { paddingIdx: this.paddingIdx });
  }
}

/**
 * Rows of a learned table (rows, width) at whole numbers of any shape (...); output (..., width), float32. The table
 * begins normal with mean 0 and deviation 1, as PyTorch's; the row `paddingIdx` begins as zeros and stays as it is.
 *
 * @throws ValueError where a size is not a whole number of at least 1, or paddingIdx is no row
 * @example
 * ```ts
 * nn.embedding(65, 16).forward(zeros([8, 32], { dtype: "int32" })).shape; // [8, 32, 16]
 * ```
 */
export function embedding<const Dim extends number>(
  rows: number,
  width: Dim,
  options?: EmbeddingOptions,
): Embedding<Dim> {
  return new Embedding(rows, width, options);
}
