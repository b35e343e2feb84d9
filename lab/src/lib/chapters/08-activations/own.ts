/** The reader's formula, read: a function, or why there is none. */
import { FormulaError, type Parsed, parseFormula } from "./formula.js";

export interface Own {
  readonly parsed: Parsed | undefined;
  readonly fault: FormulaError | undefined;
}

export function readOwn(text: string): Own {
  try {
    return { parsed: parseFormula(text), fault: undefined };
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    return { parsed: undefined, fault: error };
  }
}
