/** What a chapter is, beside its text: a state, panels that show it, code that says it, and actions that change it. */
import type { Component } from "svelte";
import type { InferOutput } from "valibot";
import type { Code } from "../code/template.js";
import type { Weights } from "../save/numbers.js";
import type { StateSchema } from "../state/schema.js";
import type { Translate } from "../text/words.js";

export interface PanelProps<S> {
  /** The chapter's state as the reader has made it; panels change it in place. (`state` would hide the rune `$state`.) */
  readonly lesson: S;
  readonly t: Translate;
}

export interface Panel<S> {
  /** Its name in the text: `## section [panel] Heading`; its tab's words are `panel.<id>`. */
  readonly id: string;
  readonly component: Component<PanelProps<S>>;
}

/** A panel that is not on the stage at first: its part of the program comes as soon as the reader does anything. */
export interface LaterPanel<S> {
  readonly id: string;
  readonly load: () => Promise<{ readonly default: Component<PanelProps<S>> }>;
}

type CodeOf<S> = (state: S, panel: string, t: Translate) => Code;

export interface Chapter<Schema extends StateSchema = StateSchema, S = InferOutput<Schema>> {
  readonly schema: Schema;
  /** The first one is there with the page. */
  readonly panels: readonly [Panel<S>, ...(Panel<S> | LaterPanel<S>)[]];
  /** The program that the panel is, with the numbers of the state in their places. */
  readonly code?: CodeOf<S>;
  /** The same, where it comes as later panels do. */
  readonly laterCode?: () => Promise<CodeOf<S>>;
  /** A number that the reader wrote into the code; without it the state's key of that path gets it. */
  readonly write?: (state: S, slot: string, value: number) => void;
  /** The numbers of the chapter's network, for a file of weights; undefined where it has learned none yet. */
  readonly weights?: (state: S) => Weights | Promise<Weights | undefined>;
  /** Numbers in the text that follow the figure: `{{name}}`. */
  readonly live?: Readonly<Record<string, (state: S) => string>>;
  /** Buttons in the text: `[words](do:name)`. */
  readonly actions?: Readonly<Record<string, (state: S) => void>>;
  /** Components in the text, a line `@name`. They come as later panels do. */
  readonly widgets?: Readonly<Record<string, LaterPanel<S>["load"]>>;
}

/** A chapter, its state typed by its schema. */
export const chapter = <const Schema extends StateSchema>(of: Chapter<Schema>): Chapter =>
  of as unknown as Chapter;
