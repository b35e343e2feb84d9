/** What the reader has asked of the trained network, for as long as the window is open. Another training begins anew. */
import type { Dreamed, Excited, FilterLayer, Mapped, MapWish, Wish } from "../../engine/digits/protocol.js";
import { digits } from "../../engine/digits/session.svelte.js";

class Looks {
  dreamed = $state.raw<Dreamed>();
  /** By layer, for each filter of it. */
  best = $state.raw<Partial<Record<FilterLayer, readonly (readonly Excited[])[]>>>({});
  mapped = $state.raw<Mapped & { readonly wish: MapWish }>();
  /** How well the finished maps keep digits of a kind together, by layer and method. */
  together = $state.raw<Readonly<Record<string, number>>>({});
  dreaming = $state(false);
  mapping = $state(false);
  #dream: (() => void) | undefined;
  #best: (() => void) | undefined;
  #map: (() => void) | undefined;

  constructor() {
    digits.anew.add(() => this.#forget());
  }

  #forget(): void {
    this.#dream?.();
    this.#best?.();
    this.#map?.();
    this.dreamed = undefined;
    this.best = {};
    this.mapped = undefined;
    this.together = {};
    this.dreaming = false;
    this.mapping = false;
  }

  excite(wish: Wish): void {
    this.#dream?.();
    this.dreamed = undefined;
    this.dreaming = true;
    this.#dream = digits.look({ kind: "dream", wish }, (reply) => {
      if (reply?.kind === "dream") this.dreamed = reply;
      else this.dreaming = false;
    });
    if (this.best[wish.layer] !== undefined) return;
    this.#best?.();
    this.#best = digits.look({ kind: "best", layer: wish.layer }, (reply) => {
      if (reply?.kind === "best") this.best = { ...this.best, [wish.layer]: reply.filters };
    });
  }

  map(wish: MapWish): void {
    this.#map?.();
    this.mapped = undefined;
    this.mapping = true;
    this.#map = digits.look({ kind: "map", wish }, (reply) => {
      if (reply?.kind !== "map") {
        this.mapping = false;
        return;
      }
      this.mapped = { ...reply, wish };
      if (reply.done) this.together = { ...this.together, [`${wish.layer} ${wish.method}`]: reply.together };
    });
  }
}

export const looks = new Looks();
