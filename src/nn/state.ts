/** Taking over the values of a state dict: what fits, what does not, and casts between dtypes that lose nothing. */
import { DTypeError, FormatError, ShapeError } from "../errors.js";
import { integerRange, isFloat } from "../graph/index.js";
import { formatShape, type Shape, sameShape } from "../shape/index.js";
import { Tensor, zeros } from "../tensor/index.js";

/** Tensors by name: what a checkpoint holds. */
export type StateDict = Readonly<Record<string, Tensor>>;

/** A tensor of a state dict that has another shape than the module's. */
export interface Misshapen {
  readonly name: string;
  /** The module's. */
  readonly expected: Shape;
  /** The state dict's. */
  readonly found: Shape;
}

/** What of a state dict was not taken over, and what of the module got nothing. */
export interface LoadReport {
  /** Names of the module that the state dict lacks. */
  readonly missing: readonly string[];
  /** Names of the state dict that the module lacks. */
  readonly unexpected: readonly string[];
  /** Tensors whose shapes differ. */
  readonly misshapen: readonly Misshapen[];
}

/** How a state dict is held against a module's tensors. */
export function compareState(own: ReadonlyMap<string, Tensor>, state: StateDict): LoadReport {
  if (state instanceof Map || !Object.values(state).every((value) => value instanceof Tensor)) {
    throw new DTypeError(
      "loadStateDict: it takes a record of tensors; toTensors makes one of a file's arrays",
    );
  }
  const there = [...own].filter(([name]) => Object.hasOwn(state, name));
  return {
    missing: [...own.keys()].filter((name) => !Object.hasOwn(state, name)),
    unexpected: Object.keys(state).filter((name) => !own.has(name)),
    misshapen: there.flatMap(([name, { shape }]) => {
      const found = state[name]!.shape;
      return sameShape(found, shape) ? [] : [{ name, expected: shape, found }];
    }),
  };
}

/** Throws where anything is missing, unexpected or misshapen, in one message that names all of it. */
export function refuseDifferences({ missing, unexpected, misshapen }: LoadReport): void {
  const shapes = misshapen.map(
    ({ name, expected, found }) =>
      `${name} has shape ${formatShape(expected)}, the state dict has ${formatShape(found)}`,
  );
  const list = (what: string, words: readonly string[], between: string): string =>
    words.length > 0 ? `; ${what}: ${words.join(between)}` : "";
  if (missing.length + unexpected.length > 0) {
    throw new FormatError(
      `loadStateDict: the names do not match${list("missing", missing, ", ")}${list("unexpected", unexpected, ", ")}${list("misshapen", shapes, "; ")}; with { strict: false } what fits is loaded`,
    );
  }
  if (shapes.length > 0) throw new ShapeError(`loadStateDict: ${shapes.join("; ")}`);
}

/**
 * A tensor in another's dtype. Between floats as usual; whole numbers and booleans only where every value stays what it
 * is.
 *
 * @throws FormatError where a value would change
 */
export function castExactly(name: string, given: Tensor, target: Tensor): Tensor {
  const { dtype } = target;
  const floats = isFloat(given.dtype) && isFloat(dtype);
  if (given.dtype === dtype || floats || given.dtype === "bool") return given.astype(dtype) as Tensor;
  const [low, high] = isFloat(dtype)
    ? dtype === "float32"
      ? [-(2 ** 24), 2 ** 24]
      : [-Infinity, Infinity]
    : dtype === "bool"
      ? [0, 1]
      : integerRange(dtype);
  for (const value of given.dataSync()) {
    const number = Number(value);
    if ((isFloat(given.dtype) && !Number.isInteger(number)) || number < low || number > high) {
      throw new FormatError(
        `loadStateDict: ${name} is ${dtype}, and the ${given.dtype} value ${number} of the state dict is none`,
      );
    }
  }
  return (given.size === 0 ? zeros(given.shape, { dtype }) : given.astype(dtype)) as Tensor;
}
