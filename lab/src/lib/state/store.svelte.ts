/** The states of the chapters that the reader has been to: leaving a chapter or changing the language loses nothing. */
import { parse } from "valibot";
import type { StateSchema } from "./schema.js";

type State = Record<string, unknown>;

/** A chapter, as far as its state goes. */
interface Stateful {
  readonly schema: StateSchema;
}

const visited = new Map<string, State>();

export const beginningOf = (chapter: Stateful): State => parse(chapter.schema, {});

/** The chapter's state; the same object each time in a browser, a new one for each page that is made beforehand. */
export function stateOf(slug: string, chapter: Stateful): State {
  const known = visited.get(slug);
  if (known !== undefined) return known;
  const state = $state(beginningOf(chapter));
  if (typeof window !== "undefined") visited.set(slug, state);
  return state;
}

/** Puts other values into it, in place: whoever holds it sees them. */
export function replaceState(state: State, values: State): void {
  for (const [key, value] of Object.entries(values)) state[key] = value;
}
