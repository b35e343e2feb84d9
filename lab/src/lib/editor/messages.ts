/** What the page and the worker that knows TypeScript say to each other. */

/** A program: one text, or cells, each of which sees what the ones before it have named. */
export interface Program {
  readonly cells: readonly string[];
  /** Cells of a REPL have maru's names without importing them, and show what their expressions give. */
  readonly repl: boolean;
}

export interface Problem {
  readonly cell: number;
  readonly from: number;
  readonly to: number;
  /** Counted from 1, in its cell. */
  readonly line: number;
  readonly severity: "error" | "warning";
  /** TypeScript's number for it. */
  readonly code: number;
  readonly message: string;
  /** The sentence about shapes in it, in NumPy's words. */
  readonly shapes?: string;
}

export interface Hint {
  readonly from: number;
  readonly to: number;
  readonly signature: string;
  readonly text: string;
}

export interface Proposal {
  readonly name: string;
  /** TypeScript's word for what it is: `function`, `method`, `const`. */
  readonly kind: string;
  readonly sort: string;
}

export interface Proposals {
  readonly from: number;
  readonly entries: readonly Proposal[];
}

/** JavaScript to run, with the way back to the program's lines. */
export interface Emitted {
  readonly js: string;
  /** For each line of the JavaScript, the cell and line that it comes from; both from 0 and 1 as a reader counts them. */
  readonly lines: readonly (readonly [cell: number, line: number] | null)[];
  /** What cannot be read as TypeScript at all. */
  readonly problems: readonly Problem[];
  /** The expression that is to be explained, if that was asked for. */
  readonly expression?: string;
}

export interface Questions {
  check: [program: Program, answer: readonly Problem[]];
  hint: [at: Program & { readonly cell: number; readonly position: number }, answer: Hint | undefined];
  complete: [
    at: Program & { readonly cell: number; readonly position: number },
    answer: Proposals | undefined,
  ];
  detail: [
    at: Program & { readonly cell: number; readonly position: number; readonly name: string },
    answer: Hint | undefined,
  ];
  emit: [program: Program, answer: Emitted];
  explain: [program: Program, answer: Emitted];
}

export type Question = keyof Questions;
export type Asked<Q extends Question = Question> = {
  readonly id: number;
  readonly question: Q;
  readonly about: Questions[Q][0];
};
