/**
 * A chapter's parts that come after the page: panels, widgets, its program. They are fetched when the reader first does
 * anything, or when one of them is asked for.
 */
import type { Component } from "svelte";
import type { Chapter, PanelProps } from "../chapters/chapter.js";

type Parts = Readonly<Record<string, Component<PanelProps<Record<string, unknown>>>>>;

const STIRRINGS = ["pointermove", "pointerdown", "keydown", "touchstart", "scroll"] as const;

export class LaterParts {
  panels = $state.raw<Parts>({});
  widgets = $state.raw<Parts>({});
  code = $state.raw<Chapter["code"]>();
  complete = $state(false);
  /** Some could not be fetched. */
  missing = $state(false);
  readonly #chapter: Chapter;

  constructor(chapter: Chapter) {
    this.#chapter = chapter;
    this.code = chapter.code;
    for (const panel of chapter.panels)
      if ("component" in panel) this.panels = { ...this.panels, [panel.id]: panel.component };
  }

  async fetch(): Promise<void> {
    const { panels, widgets, laterCode } = this.#chapter;
    try {
      const wanted = panels.flatMap((panel) => ("load" in panel ? [[panel.id, panel.load] as const] : []));
      const [found, inText, code] = await Promise.all([
        loaded(wanted),
        loaded(Object.entries(widgets ?? {})),
        laterCode?.(),
      ]);
      this.panels = { ...this.panels, ...found };
      this.widgets = inText;
      this.code ??= code;
      this.complete = true;
      this.missing = false;
    } catch {
      this.missing = true;
    }
  }

  /**
   * Fetches them at the reader's first stir.
   *
   * @returns what ends the waiting
   */
  whenStirred(): () => void {
    const end = (): void => {
      for (const kind of STIRRINGS) removeEventListener(kind, stir);
    };
    const stir = (): void => {
      end();
      void this.fetch();
    };
    for (const kind of STIRRINGS) addEventListener(kind, stir, { passive: true });
    return end;
  }
}

type Load = () => Promise<{ readonly default: Parts[string] }>;

const loaded = async (wanted: readonly (readonly [string, Load])[]): Promise<Parts> =>
  Object.fromEntries(
    await Promise.all(wanted.map(async ([id, load]) => [id, (await load()).default] as const)),
  );
