/**
 * Einstein sums: `"ij,jk->ik"` names each axis of each operand by a letter; a letter that the output leaves out is
 * summed over. Without `->` the output has the letters that occur once, in alphabetical order. `...` stands for any
 * number of axes, which broadcast.
 */
import { ShapeError, ValueError } from "../errors.js";
import { tryBroadcastShapes } from "./broadcast.js";
import { formatShape, type IsLiteral, type IsRanked, kindOf, type Shape } from "./shape.js";

type Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

type WithoutSpaces<Text extends string> = Text extends `${infer Before} ${infer After}`
  ? WithoutSpaces<`${Before}${After}`>
  : Text;

type SplitCommas<
  Text extends string,
  Terms extends string[] = [],
> = Text extends `${infer First},${infer Rest}` ? SplitCommas<Rest, [...Terms, First]> : [...Terms, Text];

type Letters<Text extends string, List extends string[] = []> = Text extends `${infer First}${infer Rest}`
  ? Letters<Rest, [...List, First]>
  : List;

type WithLabel<Sizes, Label extends string, Dim extends number> = {
  [Name in keyof Sizes | Label]: Name extends Label ? Dim : Name extends keyof Sizes ? Sizes[Name] : never;
};

// The size of a label after another axis has named it: 1 gives way, an unknown size gives way to a known one.
type Merge<Old extends number, New extends number> = [Old] extends [1]
  ? New
  : [New] extends [1]
    ? Old
    : IsLiteral<Old> extends false
      ? New
      : IsLiteral<New> extends false
        ? Old
        : [Old] extends [New]
          ? Old
          : never;

type InvalidSubscript<Label extends string> =
  `invalid subscript '${Label}' in einsum subscripts string, subscripts must be letters`;

// One operand's letters against its shape. `Own` are the letters it has named already.
type ReadTerm<
  Labels extends readonly string[],
  S extends Shape,
  Sizes,
  Operand extends number,
  Own extends string = never,
> = Labels extends readonly [infer Label extends string, ...infer Rest extends string[]]
  ? S extends readonly [infer Dim extends number, ...infer RestS extends number[]]
    ? Label extends keyof Sizes
      ? [Merge<Extract<Sizes[Label], number>, Dim>] extends [never]
        ? Label extends Own
          ? `dimensions in operand ${Operand} for collapsing index '${Label}' don't match (${Extract<Sizes[Label], number>} != ${Dim})`
          : `Size of label '${Label}' for operand ${Operand} (${Dim}) does not match previous terms (${Extract<Sizes[Label], number>}).`
        : ReadTerm<
            Rest,
            RestS,
            WithLabel<Sizes, Label, Merge<Extract<Sizes[Label], number>, Dim>>,
            Operand,
            Own | Label
          >
      : ReadTerm<Rest, RestS, WithLabel<Sizes, Label, Dim>, Operand, Own | Label>
    : `einstein sum subscripts string contains too many subscripts for operand ${Operand}`
  : S["length"] extends 0
    ? Sizes
    : "operand has more dimensions than subscripts given in einstein sum, but no '...' ellipsis provided to broadcast the extra dimensions.";

type BadLetter<Labels extends readonly string[]> = {
  [Position in keyof Labels]: Alphabet extends `${string}${Labels[Position]}${string}`
    ? never
    : Labels[Position];
}[number];

// Terms against shapes, gathering the size of each letter.
type ReadTerms<
  Terms extends readonly string[],
  Shapes extends readonly Shape[],
  Sizes = Record<never, never>,
  Count extends 0[] = [],
> = Terms extends readonly [infer Term extends string, ...infer RestTerms extends string[]]
  ? Shapes extends readonly [infer S extends Shape, ...infer RestShapes extends readonly Shape[]]
    ? [BadLetter<Letters<Term>>] extends [never]
      ? RankFits<Letters<Term>, S, Count["length"]> extends infer Rank extends string
        ? Rank
        : ReadTerm<Letters<Term>, S, Sizes, Count["length"]> extends infer Next
          ? Next extends string
            ? Next
            : ReadTerms<RestTerms, RestShapes, Next, [...Count, 0]>
          : never
      : InvalidSubscript<BadLetter<Letters<Term>>>
    : "fewer operands provided to einstein sum function than specified in the subscripts string"
  : Shapes["length"] extends 0
    ? Sizes
    : "more operands provided to einstein sum function than specified in the subscripts string";

// The sentence where letters and axes differ in number, before any size is looked at.
type RankFits<
  Labels extends readonly string[],
  S extends Shape,
  Operand extends number,
> = Labels extends readonly [string, ...infer Rest extends string[]]
  ? S extends readonly [number, ...infer RestS extends number[]]
    ? RankFits<Rest, RestS, Operand>
    : `einstein sum subscripts string contains too many subscripts for operand ${Operand}`
  : S["length"] extends 0
    ? null
    : "operand has more dimensions than subscripts given in einstein sum, but no '...' ellipsis provided to broadcast the extra dimensions.";

type Output<
  Labels extends readonly string[],
  Sizes,
  Result extends number[] = [],
  Seen extends string = never,
> = Labels extends readonly [infer Label extends string, ...infer Rest extends string[]]
  ? Alphabet extends `${string}${Label}${string}`
    ? Label extends Seen
      ? `einstein sum subscripts string includes output subscript '${Label}' multiple times`
      : Label extends keyof Sizes
        ? Output<Rest, Sizes, [...Result, Extract<Sizes[Label], number>], Seen | Label>
        : `einstein sum subscripts string included output subscript '${Label}' which never appeared in an input`
    : InvalidSubscript<Label>
  : Result;

type OccursOnce<
  Inputs extends string,
  Letter extends string,
> = Inputs extends `${string}${Letter}${infer After}`
  ? After extends `${string}${Letter}${string}`
    ? false
    : true
  : false;

// The letters that occur once, in alphabetical order.
type Once<
  Inputs extends string,
  Rest extends string = Alphabet,
  List extends string[] = [],
> = Rest extends `${infer Letter}${infer Others}`
  ? Once<Inputs, Others, OccursOnce<Inputs, Letter> extends true ? [...List, Letter] : List>
  : List;

type EinsumOf<
  Spec extends string,
  Shapes extends readonly Shape[],
> = Spec extends `${infer Inputs}->${infer Out}`
  ? Finish<ReadTerms<SplitCommas<Inputs>, Shapes>, Letters<Out>>
  : Finish<ReadTerms<SplitCommas<Spec>, Shapes>, Once<Spec>>;

// `Out` is a list of letters; bounding it here would make the checker walk the whole alphabet for an unknown spec.
type Finish<Sizes, Out> = Sizes extends string
  ? Sizes
  : Out extends readonly string[]
    ? Output<Out, Sizes>
    : never;

type AllRanked<Shapes extends readonly Shape[]> = number extends Shapes["length"]
  ? false
  : false extends { [Operand in keyof Shapes]: IsRanked<Shapes[Operand]> }[number]
    ? false
    : true;

/** The shape of `einsum(Spec, ...operands)`, or NumPy's sentence. With `...` in the spec it is known at run time. */
export type Einsum<Spec extends string, Shapes extends readonly Shape[]> = string extends Spec
  ? Shape
  : Spec extends `${string}.${string}`
    ? Shape
    : AllRanked<Shapes> extends false
      ? Shape
      : EinsumOf<WithoutSpaces<Spec>, Shapes>;

/**
 * An einsum spec read against shapes. An axis under `...` has the label `.0` for the last, `.1` for the one before it,
 * and so on, so that equal labels broadcast.
 */
export interface EinsumPlan {
  /** The label of each axis of each operand. */
  readonly inputs: readonly (readonly string[])[];
  /** The label of each axis of the result. */
  readonly output: readonly string[];
  /** The size of each label. Where it is larger than 1, an operand may still have 1, which broadcasts. */
  readonly sizes: ReadonlyMap<string, number>;
  /** The shape of the result. */
  readonly shape: readonly number[];
}

const isLetter = (label: string) => /^[A-Za-z]$/.test(label);

/** The letters of one term, with the place of its ellipsis (null where it has none). */
function readLetters(term: string): { letters: string[]; ellipsis: number | null } {
  const ellipsis = term.indexOf("...");
  const letters = [...(ellipsis < 0 ? term : term.slice(0, ellipsis) + term.slice(ellipsis + 3))];
  for (const letter of letters) {
    if (letter === ".") {
      throw new ValueError(
        "einstein sum subscripts string contains a '.' that is not part of an ellipsis ('...') in an operand",
      );
    }
    if (!isLetter(letter)) {
      throw new ValueError(
        `invalid subscript '${letter}' in einsum subscripts string, subscripts must be letters`,
      );
    }
  }
  return { letters, ellipsis: ellipsis < 0 ? null : ellipsis };
}

/** The labels `.n-1` to `.0` of n axes under an ellipsis. */
const ellipsisLabels = (count: number) => Array.from({ length: count }, (_, axis) => `.${count - 1 - axis}`);

/** One label an axis for an operand. */
function labelAxes(term: string, shape: Shape, operand: number): string[] {
  const { letters, ellipsis } = readLetters(term);
  if (letters.length > shape.length) {
    throw new ShapeError(
      `einstein sum subscripts string contains too many subscripts for operand ${operand}`,
    );
  }
  if (ellipsis === null && letters.length < shape.length) {
    throw new ShapeError(
      "operand has more dimensions than subscripts given in einstein sum, but no '...' ellipsis provided to broadcast the extra dimensions.",
    );
  }
  const under = ellipsisLabels(shape.length - letters.length);
  return [
    ...letters.slice(0, ellipsis ?? letters.length),
    ...under,
    ...letters.slice(ellipsis ?? letters.length),
  ];
}

/** Adds an operand's sizes to those of the operands before it. */
function gatherSizes(
  labels: readonly string[],
  shape: Shape,
  operand: number,
  sizes: Map<string, number>,
): void {
  for (const [axis, label] of labels.entries()) {
    const size = shape[axis]!;
    const before = sizes.get(label);
    if (before === undefined || before === 1) sizes.set(label, size);
    else if (size !== 1 && size !== before) {
      const own = labels.indexOf(label) < axis;
      throw new ShapeError(
        own
          ? `dimensions in operand ${operand} for collapsing index '${label}' don't match (${before} != ${size})`
          : `Size of label '${label}' for operand ${operand} (${size}) does not match previous terms (${before}).`,
      );
    }
  }
}

/** The output's labels: as the spec says, or the ellipsis and then the letters that occur once. */
function outputLabels(
  spec: string | undefined,
  inputs: readonly string[][],
  sizes: ReadonlyMap<string, number>,
): string[] {
  const under = ellipsisLabels([...sizes.keys()].filter((label) => label.startsWith(".")).length);
  const all = inputs.flat();
  if (spec === undefined) {
    return [
      ...under,
      ...all.filter((label) => isLetter(label) && all.indexOf(label) === all.lastIndexOf(label)).sort(),
    ];
  }
  const { letters, ellipsis } = readLetters(spec);
  for (const [position, letter] of letters.entries()) {
    if (letters.indexOf(letter) < position) {
      throw new ValueError(
        `einstein sum subscripts string includes output subscript '${letter}' multiple times`,
      );
    }
    if (!sizes.has(letter)) {
      throw new ValueError(
        `einstein sum subscripts string included output subscript '${letter}' which never appeared in an input`,
      );
    }
  }
  if (ellipsis === null && under.length > 0) {
    throw new ShapeError(
      "output has more dimensions than subscripts given in einstein sum, but no '...' ellipsis provided to broadcast the extra dimensions.",
    );
  }
  if (ellipsis === null) return letters;
  return [...letters.slice(0, ellipsis), ...under, ...letters.slice(ellipsis)];
}

/**
 * Reads an einsum spec against the operands' shapes.
 *
 * @throws ShapeError where the shapes do not fit; ValueError where the spec cannot be read
 */
export function planEinsum(spec: string, shapes: readonly Shape[]): EinsumPlan {
  if (typeof spec !== "string")
    throw new ValueError(`einsum: the subscripts must be a string, got ${kindOf(spec)}`);
  const [inputSpec, outputSpec] = spec.replaceAll(" ", "").split("->", 2) as [string, string | undefined];
  const terms = inputSpec.split(",");
  const sizes = new Map<string, number>();
  const inputs: string[][] = [];
  for (const [operand, term] of terms.entries()) {
    const shape = shapes[operand];
    if (shape === undefined) {
      throw new ValueError(
        "fewer operands provided to einstein sum function than specified in the subscripts string",
      );
    }
    const labels = labelAxes(term, shape, operand);
    inputs.push(labels);
    const broadcast = labels.every(
      (label, axis) => !label.startsWith(".") || fits(sizes.get(label), shape[axis]!),
    );
    if (!broadcast) {
      throw new ShapeError(
        `operands could not be broadcast together with shapes ${shapes.map(formatShape).join(" ")}`,
      );
    }
    gatherSizes(labels, shape, operand, sizes);
  }
  if (shapes.length > terms.length) {
    throw new ValueError(
      "more operands provided to einstein sum function than specified in the subscripts string",
    );
  }
  const output = outputLabels(outputSpec, inputs, sizes);
  return { inputs, output, sizes, shape: output.map((label) => sizes.get(label)!) };
}

const fits = (before: number | undefined, size: number) =>
  before === undefined || tryBroadcastShapes([[before], [size]]) !== null;

/**
 * The shape of `einsum(spec, ...operands)`.
 *
 * @throws ShapeError where the shapes do not fit; ValueError where the spec cannot be read
 */
export function einsumShape(spec: string, shapes: readonly Shape[]): number[] {
  return [...planEinsum(spec, shapes).shape];
}
