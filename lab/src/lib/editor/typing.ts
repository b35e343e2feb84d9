/** What the worker that knows TypeScript adds to an editor: problems as one types, completions, and types of what stands there. */
import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from "@codemirror/autocomplete";
import { type Diagnostic, setDiagnostics } from "@codemirror/lint";
import type { Extension } from "@codemirror/state";
import { EditorView, hoverTooltip, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import { ask, NoLanguage, Superseded } from "./language.js";
import type { Hint, Problem, Program } from "./messages.js";

export interface Knowing {
  /** The whole program that the editor's text is a part of, and which cell it is. */
  readonly program: (text: string) => Program;
  readonly cell: () => number;
  readonly problems: (problems: readonly Problem[], milliseconds: number) => void;
  readonly hint: (hint: Hint | undefined) => void;
  readonly failed: (error: NoLanguage) => void;
  /** Whether completions stand above the line, where below it there is something to press. */
  readonly above?: boolean;
  /** The sentence for a problem in the reader's language. */
  readonly sentence: (problem: Problem) => string;
}

const HINT_MILLISECONDS = 200;

/** Answers that came too late say nothing; a browser without workers says so once. */
async function quietly<T>(knowing: Knowing, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof NoLanguage) knowing.failed(error);
    else if (!(error instanceof Superseded)) throw error;
    return undefined;
  }
}

const element = (tag: string, text: string): HTMLElement => {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
};

function hintElement(hint: Hint): HTMLElement {
  const box = document.createElement("div");
  box.className = "cm-hint";
  box.append(element("code", hint.signature));
  if (hint.text !== "") box.append(element("p", hint.text));
  return box;
}

function checker(knowing: Knowing) {
  return class {
    #timer: ReturnType<typeof setTimeout> | undefined;
    constructor(readonly view: EditorView) {
      void this.#check();
      this.#ask();
    }
    update(update: ViewUpdate): void {
      if (update.docChanged) void this.#check();
      if (update.docChanged || update.selectionSet) this.#ask();
    }
    destroy(): void {
      clearTimeout(this.#timer);
    }
    async #check(): Promise<void> {
      const began = performance.now();
      const { doc } = this.view.state;
      const found = await quietly(knowing, ask("check", knowing.program(doc.toString())));
      if (found === undefined || this.view.state.doc !== doc) return;
      const mine = found.filter(({ cell }) => cell === knowing.cell());
      const marks = mine.map(
        (problem): Diagnostic => ({
          from: problem.from,
          to: problem.to,
          severity: problem.severity,
          message: problem.message,
          renderMessage: () => {
            const box = document.createElement("div");
            box.append(element("strong", problem.shapes ?? problem.message));
            const sentence = knowing.sentence(problem);
            if (sentence !== "") box.append(document.createElement("br"), sentence);
            return box;
          },
        }),
      );
      this.view.dispatch(setDiagnostics(this.view.state, marks));
      knowing.problems(mine, performance.now() - began);
    }
    /** The type of what stands at the cursor, a moment after it has come to rest. */
    #ask(): void {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(async () => {
        const { state } = this.view;
        const { head } = state.selection.main;
        const about = { ...knowing.program(state.doc.toString()), cell: knowing.cell(), position: head };
        const hint = await quietly(knowing, ask("hint", about));
        if (this.view.state.doc === state.doc) knowing.hint(hint);
      }, HINT_MILLISECONDS);
    }
  };
}

async function proposals(knowing: Knowing, context: CompletionContext): Promise<CompletionResult | null> {
  const typed = context.matchBefore(/[\w$]+|\./);
  if (typed === null && !context.explicit) return null;
  const program = knowing.program(context.state.doc.toString());
  const at = { ...program, cell: knowing.cell(), position: context.pos };
  const found = await quietly(knowing, ask("complete", at));
  if (found === undefined || found.entries.length === 0) return null;
  const options = found.entries.map(
    ({ name, kind, sort }): Completion => ({
      label: name,
      detail: kind,
      sortText: `${sort} ${name}`,
      info: async () => {
        const detail = await quietly(knowing, ask("detail", { ...at, name }));
        return detail === undefined ? null : { dom: hintElement(detail) };
      },
    }),
  );
  return { from: found.from, options, validFor: /^[\w$]*$/ };
}

export function typing(knowing: Knowing): Extension {
  return [
    ViewPlugin.fromClass(checker(knowing)),
    autocompletion({
      override: [(context) => proposals(knowing, context)],
      icons: false,
      aboveCursor: knowing.above ?? false,
      tooltipClass: () => "cm-proposals",
    }),
    hoverTooltip(async (view, position) => {
      const about = { ...knowing.program(view.state.doc.toString()), cell: knowing.cell(), position };
      const hint = await quietly(knowing, ask("hint", about));
      if (hint === undefined) return null;
      return { pos: hint.from, end: hint.to, above: true, create: () => ({ dom: hintElement(hint) }) };
    }),
    // Styles of the page do not reach in here; those of the editor do.
    EditorView.contentAttributes.of({ spellcheck: "false", autocorrect: "off", autocapitalize: "off" }),
  ];
}
