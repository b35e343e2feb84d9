/**
 * Keeps a chapter's state and panel in the page's address. What reads and writes addresses is fetched when there is
 * something to read or to write.
 */
import { replaceState as replaceAddress } from "$app/navigation";
import type { Chapter } from "../chapters/chapter.js";
import type { AddressError } from "../state/address.js";
import { beginningOf, replaceState } from "../state/store.svelte.js";

/** Milliseconds until the address follows the state. */
const LATER = 250;

type State = Record<string, unknown>;

interface Place {
  readonly chapter: Chapter;
  readonly lesson: State;
  /** The panel that is shown. */
  readonly panel: () => string;
  readonly show: (panel: string) => void;
}

const coding = (): Promise<typeof import("../state/address.js")> => import("../state/address.js");

export class StateInAddress {
  /** Whether the address has been read. */
  restored = $state(false);
  /** Why it could not be read: words, and where in the state. The address stays until the reader changes something. */
  fault = $state.raw<{ readonly words: string; readonly place: string }>();
  readonly #of: Place;
  #faultyAt: string | undefined;

  constructor(of: Place) {
    this.#of = of;
  }

  /** What stands behind `#` for this state and the panel that is shown. */
  async hashOf(state: State): Promise<string> {
    const { chapter, panel } = this.#of;
    const shown = panel();
    return (await coding()).encodeState(
      state,
      beginningOf(chapter),
      shown === chapter.panels[0].id ? "" : shown,
    );
  }

  /** Puts what the address asks for in place. */
  async restore(): Promise<void> {
    const { hash } = location;
    if (hash.length > 1) await this.#read(hash);
    else this.fault = this.#faultyAt = undefined;
    this.restored = true;
  }

  async #read(hash: string): Promise<void> {
    const { chapter, lesson, show } = this.#of;
    try {
      const { decodeState, panelIn } = await coding();
      const named = panelIn(hash);
      if (named !== undefined && chapter.panels.some(({ id }) => id === named)) show(named);
      const asked = await decodeState(hash, chapter.schema);
      if (asked !== undefined) replaceState(lesson, asked);
      this.fault = this.#faultyAt = undefined;
    } catch (error) {
      const { fault, place } = error as Partial<AddressError>;
      this.fault =
        fault === undefined
          ? { words: "part.missing", place: "" }
          : { words: `address.${fault}`, place: place! };
      this.#faultyAt = fault && (await this.hashOf($state.snapshot(lesson)));
    }
  }

  /** The address follows the state, a moment later. To be called in an effect, with whether the page may change it yet. */
  follow(ready: () => boolean): (() => void) | undefined {
    const now = $state.snapshot(this.#of.lesson);
    void this.#of.panel();
    if (!this.restored) return undefined;
    const timer = setTimeout(() => void this.#write(now, ready), LATER);
    return () => clearTimeout(timer);
  }

  async #write(now: State, ready: () => boolean): Promise<void> {
    const { chapter, panel } = this.#of;
    // Nothing is fetched for an address that says nothing.
    const first =
      panel() === chapter.panels[0].id && JSON.stringify(now) === JSON.stringify(beginningOf(chapter));
    if (first && location.hash.length < 2) return;
    const hash = await this.hashOf(now);
    if (hash === this.#faultyAt) return;
    this.#faultyAt = undefined;
    const url = new URL(location.href);
    if (url.hash.replace(/^#/, "") === hash || !ready()) return;
    url.hash = hash;
    replaceAddress(url, {});
  }
}
