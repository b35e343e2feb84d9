export interface ProductsLesson {
  /** Matrices and vectors as typed, row by row. */
  a: string;
  b: string;
  /** Row and column of the result that is looked at. */
  row: number;
  column: number;
  /** Was the product asked for at run time? */
  ran: boolean;
  guess: string;
  checked: boolean;
  x: number[];
  w: number[][];
}
