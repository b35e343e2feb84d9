export interface ArraysLesson {
  /** The values are 1 to count. */
  count: number;
  shape: string;
  transposed: boolean;
  /** The chosen element, by its place in memory order of what is shown. */
  at: number;
  axis: number;
  reduce: "sum" | "max" | "mean";
  slice: string;
  a: string;
  b: string;
  op: "add" | "mul";
  cell: number;
}
