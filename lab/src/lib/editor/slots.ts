/**
 * Numbers that the figure and the reader share, tracked through whatever is written around them. A slot is a range of the
 * text; it is lost only where a larger piece of the text is taken away with it.
 */
import {
  Annotation,
  type ChangeSet,
  StateEffect,
  StateField,
  type Text,
  type Transaction,
} from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";
import { type Code, numberIn } from "../code/template.js";

export interface Held {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** A change that comes from the figure: it is not the reader's, and is not to be undone. */
export const fromFigure = Annotation.define<boolean>();
export const setSlots = StateEffect.define<readonly Held[]>();

/** Where the slots of a program stand in its text. */
export function slotsOf(code: Code): Held[] {
  let at = 0;
  return code.flatMap((piece) => {
    const from = at;
    at += (typeof piece === "string" ? piece : piece.text).length;
    return typeof piece === "string" ? [] : [{ name: piece.name, from, to: at }];
  });
}

/** The text with the slots' names in place of their numbers: two programs with the same skeleton differ in numbers alone. */
export function skeleton(text: string, slots: readonly Held[]): string {
  let [out, at] = ["", 0];
  for (const { name, from, to } of slots) {
    out += `${text.slice(at, from)}\0${name}\0`;
    at = to;
  }
  return out + text.slice(at);
}

const BEGUN = /^[+-]?\d*\.?\d*(e[+-]?\d*)?$/i;
const NUMBER = /[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/i;

/** The slot after the changes; none where it went with what was around it. */
function moved(slot: Held, changes: ChangeSet, text: Text): Held[] {
  let swallowed = false;
  changes.iterChangedRanges((fromA, toA) => {
    if (fromA <= slot.from && toA >= slot.to && (fromA < slot.from || toA > slot.to)) swallowed = true;
  });
  if (swallowed) return [];
  const from = changes.mapPos(slot.from, -1);
  const to = changes.mapPos(slot.to, 1);
  const now = text.sliceString(from, to);
  if (now.length > 60) return [];
  if (BEGUN.test(now)) return [{ ...slot, from, to }];
  // What was written beside the number is not part of it.
  const found = NUMBER.exec(now);
  if (found === null) return [{ ...slot, from, to }];
  return [{ ...slot, from: from + found.index, to: from + found.index + found[0].length }];
}

function update(slots: readonly Held[], transaction: Transaction): readonly Held[] {
  for (const effect of transaction.effects) if (effect.is(setSlots)) return effect.value;
  if (!transaction.docChanged) return slots;
  return slots.flatMap((slot) => moved(slot, transaction.changes, transaction.newDoc));
}

export const slotField: StateField<readonly Held[]> = StateField.define({
  create: (): readonly Held[] => [],
  update,
  provide: (field) =>
    EditorView.decorations.compute([field, "doc"], (state): DecorationSet => {
      const marks = state.field(field).filter(({ from, to }) => to > from);
      return Decoration.set(
        marks.map(({ name, from, to }) => {
          const wrong = numberIn(state.sliceDoc(from, to)) === undefined;
          return Decoration.mark({
            class: wrong ? "cm-slot cm-slot-wrong" : "cm-slot",
            attributes: { "data-held": name },
          }).range(from, to);
        }),
        true,
      );
    }),
});
