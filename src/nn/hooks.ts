/**
 * Looking at what comes out of a module: `registerForwardHook`. A module with hooks has a `forward` of its own around the
 * one of its class, so that modules without hooks pay nothing and every kind of module can be looked at.
 */

/** What a hook gets: the module, its first input and its output; what it gives takes the output's place. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks returns nothing
export type ForwardHook<M, I, O> = (module: M, input: I, output: O) => O | undefined | void;

/** A hook that can be taken off again. */
export interface HookHandle {
  /** Takes the hook off; a second time does nothing. */
  remove(): void;
}

type AnyHook = (module: object, input: unknown, output: unknown) => unknown;
type Forward = (...inputs: unknown[]) => unknown;

const hooksOf = new WeakMap<object, Set<{ readonly hook: AnyHook }>>();

/** The output after each hook in turn. */
function passed(module: object, input: unknown, output: unknown): unknown {
  let result = output;
  for (const { hook } of [...(hooksOf.get(module) ?? [])]) result = hook(module, input, result) ?? result;
  return result;
}

/** Puts a hook on an object with a method `forward`. */
export function addForwardHook(module: object, hook: AnyHook): HookHandle {
  const hooks = hooksOf.get(module) ?? new Set();
  if (hooks.size === 0) {
    hooksOf.set(module, hooks);
    const around = function (this: object, ...inputs: unknown[]): unknown {
      const forward = (Object.getPrototypeOf(this) as { forward: Forward }).forward;
      return passed(this, inputs[0], forward.apply(this, inputs));
    };
    // Not enumerable: fields of a module are looked through for parameters.
    Object.defineProperty(module, "forward", { value: around, configurable: true, writable: true });
  }
  const entry = { hook };
  hooks.add(entry);
  return {
    remove() {
      if (hooks.delete(entry) && hooks.size === 0) delete (module as { forward?: unknown }).forward;
    },
  };
}
