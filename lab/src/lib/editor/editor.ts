/** An editor for one text, in a shadow root: CodeMirror brings its styles there without a style element in the page. */
import { closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { bracketMatching, indentOnInput } from "@codemirror/language";
import { EditorState, type Extension, Prec, type Transaction } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { look } from "./look.js";
import { type Knowing, typing } from "./typing.js";

/** A longer text is not taken: it would be no program of a lesson, and the page would stand still over it. */
export const MOST_CHARACTERS = 20_000;

export interface Wishes {
  readonly host: HTMLElement;
  readonly label: string;
  readonly knowing: Knowing;
  /** Something was to be put in that would have made the text too long. */
  readonly tooLong: () => void;
  /** How long it may be; otherwise {@link MOST_CHARACTERS}. */
  readonly most?: number;
  /** Ctrl or Command and Enter. */
  readonly run: () => void;
  /** Enter alone, where that means to run; true where it was taken. */
  readonly enter?: () => boolean;
  readonly lineNumbers?: boolean;
  readonly placeholder?: string;
  readonly more?: Extension;
}

export interface Editor {
  readonly view: EditorView;
  /** A state with that text, as the editor wants its states. */
  stateOf(text: string, more?: Extension): EditorState;
}

export function openEditor(text: string, wishes: Wishes): Editor {
  const { host, label, knowing, tooLong, run, enter } = wishes;
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const ran = (): boolean => {
    run();
    return true;
  };
  const extensions: Extension = [
    Prec.highest(
      keymap.of([
        { key: "Mod-Enter", run: ran },
        ...(enter === undefined ? [] : [{ key: "Enter", run: enter }]),
      ]),
    ),
    wishes.lineNumbers === false ? [] : lineNumbers(),
    wishes.placeholder === undefined ? [] : placeholder(wishes.placeholder),
    history(),
    highlightActiveLine(),
    bracketMatching(),
    closeBrackets(),
    indentOnInput(),
    javascript({ typescript: true }),
    keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap]),
    EditorState.tabSize.of(2),
    EditorState.transactionFilter.of((transaction): Transaction | readonly [] => {
      if (!transaction.docChanged || transaction.newDoc.length <= (wishes.most ?? MOST_CHARACTERS))
        return transaction;
      tooLong();
      return [];
    }),
    EditorView.contentAttributes.of({ "aria-label": label }),
    look,
    typing(knowing),
    wishes.more ?? [],
  ];
  const stateOf = (doc: string, more: Extension = []): EditorState =>
    EditorState.create({ doc, extensions: [extensions, more] });
  const view = new EditorView({ state: stateOf(text), root, parent: root });
  return { view, stateOf };
}
