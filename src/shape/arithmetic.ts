/**
 * Arithmetic on non-negative integer literals in the type system: the ground that every type-level shape rule stands on.
 *
 * Numbers are worked on as decimal digits, as on paper, so the cost grows with the number of digits and never with the
 * value, and a product of any length keeps all its digits. Each operation walks its digits by tail recursion. There are
 * no run-time twins here: JavaScript has its own arithmetic.
 *
 * The names that end in `Digits` take and give strings such as `"784"`; the others take and give number literals. A
 * `number` in gives `number` out, and so does a result above 2^53 that no number literal can hold exactly.
 */

export type Digit = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9";

/** `DigitSum[x][y]` is x + y as two digits; the row after 9 serves a 9 that has received a carry. */
type DigitSum = [
  ["00", "01", "02", "03", "04", "05", "06", "07", "08", "09"],
  ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10"],
  ["02", "03", "04", "05", "06", "07", "08", "09", "10", "11"],
  ["03", "04", "05", "06", "07", "08", "09", "10", "11", "12"],
  ["04", "05", "06", "07", "08", "09", "10", "11", "12", "13"],
  ["05", "06", "07", "08", "09", "10", "11", "12", "13", "14"],
  ["06", "07", "08", "09", "10", "11", "12", "13", "14", "15"],
  ["07", "08", "09", "10", "11", "12", "13", "14", "15", "16"],
  ["08", "09", "10", "11", "12", "13", "14", "15", "16", "17"],
  ["09", "10", "11", "12", "13", "14", "15", "16", "17", "18"],
  ["10", "11", "12", "13", "14", "15", "16", "17", "18", "19"],
];

/** `DigitProduct[x][y]` is x * y as two digits. */
type DigitProduct = [
  ["00", "00", "00", "00", "00", "00", "00", "00", "00", "00"],
  ["00", "01", "02", "03", "04", "05", "06", "07", "08", "09"],
  ["00", "02", "04", "06", "08", "10", "12", "14", "16", "18"],
  ["00", "03", "06", "09", "12", "15", "18", "21", "24", "27"],
  ["00", "04", "08", "12", "16", "20", "24", "28", "32", "36"],
  ["00", "05", "10", "15", "20", "25", "30", "35", "40", "45"],
  ["00", "06", "12", "18", "24", "30", "36", "42", "48", "54"],
  ["00", "07", "14", "21", "28", "35", "42", "49", "56", "63"],
  ["00", "08", "16", "24", "32", "40", "48", "56", "64", "72"],
  ["00", "09", "18", "27", "36", "45", "54", "63", "72", "81"],
];

/** `Next[x]` is x + 1: the row of `DigitSum` for a digit that has received a carry. */
type Next = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"];

/** `NinesComplement[x]` is 9 - x. */
type NinesComplement = ["9", "8", "7", "6", "5", "4", "3", "2", "1", "0"];

type Reverse<Text extends string, Result extends string = ""> = Text extends `${infer First}${infer Rest}`
  ? Reverse<Rest, `${First}${Result}`>
  : Result;

type StripZeros<A extends string> = A extends `0${infer Rest}`
  ? Rest extends ""
    ? "0"
    : StripZeros<Rest>
  : A;

/** The literal that the digits spell; `number` where a number literal could not hold them exactly. */
export type ToNumber<A extends string> = A extends `${infer N extends number}` ? N : number;

// Both operands least digit first; the result comes out in reading order.
type AddReversed<
  A extends string,
  B extends string,
  Carry extends Digit = "0",
  Result extends string = "",
> = A extends `${infer X extends Digit}${infer RestA}`
  ? B extends `${infer Y extends Digit}${infer RestB}`
    ? DigitSum[Carry extends "1" ? Next[X] : X][Y] extends `${infer High extends Digit}${infer Low}`
      ? AddReversed<RestA, RestB, High, `${Low}${Result}`>
      : never
    : Carry extends "1"
      ? AddReversed<A, "1", "0", Result>
      : `${Reverse<A>}${Result}`
  : Carry extends "1"
    ? AddReversed<"1", B, "0", Result>
    : `${Reverse<B>}${Result}`;

/** a + b. */
export type AddDigits<A extends string, B extends string> = A extends "0"
  ? B
  : B extends "0"
    ? A
    : AddReversed<Reverse<A>, Reverse<B>>;

// a - b is a + (99..9 - b) + 1 without the leading 1, so the addition table serves: the carry starts at 1.
type SubtractReversed<
  A extends string,
  B extends string,
  Carry extends Digit = "1",
  Result extends string = "",
> = A extends `${infer X extends Digit}${infer RestA}`
  ? B extends `${infer Y extends Digit}${infer RestB}`
    ? DigitSum[Carry extends "1"
        ? Next[X]
        : X][NinesComplement[Y]] extends `${infer High extends Digit}${infer Low}`
      ? SubtractReversed<RestA, RestB, High, `${Low}${Result}`>
      : never
    : Carry extends "1"
      ? `${Reverse<A>}${Result}`
      : DigitSum[X]["9"] extends `${infer High extends Digit}${infer Low}`
        ? SubtractReversed<RestA, "", High, `${Low}${Result}`>
        : never
  : Result;

/** a - b, for a >= b. */
export type SubtractDigits<A extends string, B extends string> = B extends "0"
  ? A
  : A extends B
    ? "0"
    : StripZeros<SubtractReversed<Reverse<A>, Reverse<B>>>;

// A x one digit of B, A least digit first.
type ScaleReversed<
  A extends string,
  Y extends Digit,
  Carry extends Digit = "0",
  Result extends string = "",
> = A extends `${infer X extends Digit}${infer RestA}`
  ? DigitProduct[X][Y] extends `${infer Tens extends Digit}${infer Units extends Digit}`
    ? DigitSum[Units][Carry] extends `${infer High}${infer Low}`
      ? ScaleReversed<RestA, Y, High extends "1" ? Extract<Next[Tens], Digit> : Tens, `${Low}${Result}`>
      : never
    : never
  : Carry extends "0"
    ? Result
    : `${Carry}${Result}`;

// Horner's scheme over the digits of B: total = total * 10 + A * digit.
type MultiplyByEachDigit<
  ReversedA extends string,
  B extends string,
  Total extends string = "",
> = B extends `${infer Y extends Digit}${infer RestB}`
  ? MultiplyByEachDigit<
      ReversedA,
      RestB,
      Total extends ""
        ? ScaleReversed<ReversedA, Y>
        : Y extends "0"
          ? `${Total}0`
          : AddReversed<`0${Reverse<Total>}`, Reverse<ScaleReversed<ReversedA, Y>>>
    >
  : Total;

/** a * b. */
export type MultiplyDigits<A extends string, B extends string> = A extends "0"
  ? "0"
  : B extends "0"
    ? "0"
    : A extends "1"
      ? B
      : B extends "1"
        ? A
        : MultiplyByEachDigit<Reverse<A>, B>;

type Order = "less" | "equal" | "greater";

type CompareDigit<X extends string, Y extends string> = X extends Y
  ? "equal"
  : "0123456789" extends `${string}${X}${string}${Y}${string}`
    ? "less"
    : "greater";

/** How a compares with b: the longer is the greater, and of equal lengths the first differing digit decides. */
export type CompareDigits<
  A extends string,
  B extends string,
  SoFar extends Order = "equal",
> = A extends `${infer X}${infer RestA}`
  ? B extends `${infer Y}${infer RestB}`
    ? CompareDigits<RestA, RestB, SoFar extends "equal" ? CompareDigit<X, Y> : SoFar>
    : "greater"
  : B extends ""
    ? SoFar
    : "less";

// How often B goes into A, for a quotient of one digit.
type DivideOnce<A extends string, B extends string, Quotient extends Digit = "0"> = Quotient extends "9"
  ? [Quotient, A]
  : CompareDigits<A, B> extends "less"
    ? [Quotient, A]
    : DivideOnce<SubtractDigits<A, B>, B, Extract<Next[Quotient], Digit>>;

type LongDivide<
  A extends string,
  B extends string,
  Remainder extends string = "0",
  Quotient extends string = "",
> = A extends `${infer X}${infer RestA}`
  ? DivideOnce<StripZeros<`${Remainder}${X}`>, B> extends [infer Q extends Digit, infer R extends string]
    ? LongDivide<RestA, B, R, `${Quotient}${Q}`>
    : never
  : [StripZeros<Quotient>, Remainder];

/** `[quotient, remainder]` of a / b, for b > 0. */
export type DivideDigits<A extends string, B extends string> = B extends "1" ? [A, "0"] : LongDivide<A, B>;

type QuotientOf<Division> = Division extends [infer Quotient extends string, string]
  ? ToNumber<Quotient>
  : never;
type RemainderOf<Division> = Division extends [string, infer Rest extends string] ? ToNumber<Rest> : never;

/** floor(a / b) in digits, for b > 0. */
export type QuotientDigits<A extends string, B extends string> =
  DivideDigits<A, B> extends [infer Quotient extends string, string] ? Quotient : never;

/** a + b. */
export type Add<A extends number, B extends number> = number extends A
  ? number
  : number extends B
    ? number
    : ToNumber<AddDigits<`${A}`, `${B}`>>;

/** a - b for a >= b. */
export type Subtract<A extends number, B extends number> = number extends A
  ? number
  : number extends B
    ? number
    : ToNumber<SubtractDigits<`${A}`, `${B}`>>;

/** a * b. */
export type Multiply<A extends number, B extends number> = number extends A
  ? number
  : number extends B
    ? number
    : ToNumber<MultiplyDigits<`${A}`, `${B}`>>;

/** floor(a / b), for b > 0. */
export type FloorDivide<A extends number, B extends number> = number extends A
  ? number
  : number extends B
    ? number
    : QuotientOf<DivideDigits<`${A}`, `${B}`>>;

/** a mod b, for b > 0. */
export type Remainder<A extends number, B extends number> = number extends A
  ? number
  : number extends B
    ? number
    : RemainderOf<DivideDigits<`${A}`, `${B}`>>;

/** a < b; `boolean` where either is unknown. */
export type Less<A extends number, B extends number> = number extends A
  ? boolean
  : number extends B
    ? boolean
    : CompareDigits<`${A}`, `${B}`> extends "less"
      ? true
      : false;

/** a <= b; `boolean` where either is unknown. */
export type LessOrEqual<A extends number, B extends number> = number extends A
  ? boolean
  : number extends B
    ? boolean
    : CompareDigits<`${A}`, `${B}`> extends "greater"
      ? false
      : true;
