/** An editor and a figure that hold the same numbers: what is written in a slot moves the slider, and the other way round. */
import { Transaction } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { type Code, numberIn, type Slot, textOf } from "../code/template.js";
import { type Editor, openEditor, type Wishes } from "./editor.js";
import { fromFigure, setSlots, skeleton, slotField, slotsOf } from "./slots.js";

export interface SharedWishes extends Omit<Wishes, "more"> {
  readonly write: (slot: string, value: number) => void;
  /** Whether the program is the reader's own now: it differs from the figure's in more than numbers. */
  readonly own: (own: boolean) => void;
}

export interface SharedEditor {
  readonly view: EditorView;
  text(): string;
  /** The figure's program as it is now; another panel has another text, and keeps what was written in it. */
  follow(code: Code, panel: string): void;
  /** Back to the figure's program. */
  forget(): void;
}

/** The one change that makes the one text the other: the cursor stays where it is if it is outside of it. */
function difference(before: string, now: string): { from: number; to: number; insert: string } {
  const most = Math.min(before.length, now.length);
  let [head, tail] = [0, 0];
  while (head < most && before[head] === now[head]) head++;
  while (tail < most - head && before[before.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  return { from: head, to: before.length - tail, insert: now.slice(head, now.length - tail) };
}

export function openShared(first: Code, firstPanel: string, wishes: SharedWishes): SharedEditor {
  let [code, panel] = [first, firstPanel];
  /** What was written under other panels. */
  const left = new Map<string, { readonly state: EditorView["state"]; readonly own: boolean }>();
  let own = false;

  const heard = EditorView.updateListener.of(({ docChanged, state, startState, transactions }) => {
    if (!docChanged) return;
    tellOwn();
    if (transactions.some((transaction) => transaction.annotation(fromFigure))) return;
    const before = new Map(
      startState.field(slotField).map((s) => [s.name, startState.sliceDoc(s.from, s.to)]),
    );
    for (const { name, from, to } of state.field(slotField)) {
      const text = state.sliceDoc(from, to);
      const value = numberIn(text);
      if (text !== before.get(name) && value !== undefined) wishes.write(name, value);
    }
  });
  const editor: Editor = openEditor("", { ...wishes, more: [slotField, heard] });
  const { view } = editor;

  const text = (): string => view.state.doc.toString();
  const isOwn = (): boolean =>
    skeleton(text(), view.state.field(slotField)) !== skeleton(textOf(code), slotsOf(code));
  function tellOwn(): void {
    if (own === isOwn()) return;
    own = !own;
    wishes.own(own);
  }
  const quiet = [fromFigure.of(true), Transaction.addToHistory.of(false)];

  /** The figure's program in the place of what stands there; numbers that are the same stay as they are written. */
  function replace(): void {
    const written = new Map(
      view.state.field(slotField).map((s) => [s.name, view.state.sliceDoc(s.from, s.to)]),
    );
    const kept = code.map((piece) => {
      const now = typeof piece === "string" ? undefined : written.get(piece.name);
      const same = now !== undefined && numberIn(now) === numberIn((piece as Slot).text);
      return same ? { ...(piece as Slot), text: now } : piece;
    });
    view.dispatch({
      changes: difference(text(), textOf(kept)),
      effects: setSlots.of(slotsOf(kept)),
      annotations: quiet,
    });
  }
  /** Only the numbers; what the reader has written as the same number stays as it is written. */
  function renumber(): void {
    const values = new Map(
      code.flatMap((piece) => (typeof piece === "string" ? [] : [[piece.name, piece.text] as const])),
    );
    const changes = view.state.field(slotField).flatMap(({ name, from, to }) => {
      const insert = values.get(name);
      const now = numberIn(view.state.sliceDoc(from, to));
      return insert === undefined || now === numberIn(insert) || now === undefined
        ? []
        : [{ from, to, insert }];
    });
    if (changes.length > 0) view.dispatch({ changes, annotations: quiet });
  }
  const fresh = (): EditorView["state"] => {
    const begun = editor.stateOf(textOf(code));
    return begun.update({ effects: setSlots.of(slotsOf(code)), annotations: quiet }).state;
  };

  view.setState(fresh());
  return {
    view,
    text,
    follow(next, nextPanel) {
      const wasOwn = isOwn();
      code = next;
      if (nextPanel !== panel) {
        left.set(panel, { state: view.state, own: wasOwn });
        panel = nextPanel;
        const back = left.get(panel);
        view.setState(back?.state ?? fresh());
        if (back !== undefined && !back.own && isOwn()) replace();
        else renumber();
      } else if (!wasOwn && isOwn()) replace();
      else renumber();
      tellOwn();
    },
    forget() {
      replace();
      tellOwn();
    },
  };
}
