/**
 * What a compiled function is called with and what it gives: lists and records with tensors in them. A shape of such a
 * tree is made once; later calls are held against it without making anything.
 */
import { CaptureError } from "../errors.js";
import { Tensor } from "./tensor.js";

/** A tree of arguments or results, its tensors numbered in order. */
export type Tree =
  | { readonly kind: "tensor"; readonly index: number }
  | { readonly kind: "list"; readonly items: readonly Tree[] }
  | { readonly kind: "record"; readonly names: readonly string[]; readonly items: readonly Tree[] }
  | { readonly kind: "value"; readonly value: unknown };

const isRecord = (value: object): value is Record<string, unknown> => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** Things whose contents would be a constant of the program, though they look like data. */
const isData = (value: object): boolean =>
  ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof Map || value instanceof Set;

/** The tree of a value. `number` gives a tensor its number; `other` says what becomes of what is no data at all. */
export function treeOf(
  value: unknown,
  number: (tensor: Tensor) => number,
  other: (value: object) => void,
): Tree {
  if (value instanceof Tensor) return { kind: "tensor", index: number(value) };
  if (Array.isArray(value))
    return { kind: "list", items: value.map((item: unknown) => treeOf(item, number, other)) };
  if ((typeof value !== "object" && typeof value !== "function") || value === null)
    return { kind: "value", value };
  if (typeof value === "object" && isRecord(value)) {
    const names = Object.keys(value);
    return { kind: "record", names, items: names.map((name) => treeOf(value[name], number, other)) };
  }
  other(value);
  return { kind: "value", value };
}

/** Throws for arguments that look like data but cannot be followed. */
export function refuseArgument(value: object): void {
  if (!isData(value)) return;
  throw new CaptureError(
    `compile: an argument is a ${value.constructor.name}, whose contents the compiled function would never look at again; make it a tensor: array(...)`,
  );
}

/** Throws for results that no later call could give again. */
export function refuseResult(value: object): never {
  const what = typeof value === "function" ? "a function" : `a ${value.constructor?.name ?? "value"}`;
  throw new CaptureError(
    `compile: the function returned ${what}; it can return tensors, plain values, and lists and records of them`,
  );
}

/** Does a value have this tree? Appends its tensors to `found`, in order. */
function matches(tree: Tree, value: unknown, found: Tensor[]): boolean {
  switch (tree.kind) {
    case "tensor":
      if (!(value instanceof Tensor)) return false;
      found.push(value);
      return true;
    case "value":
      return Object.is(tree.value, value);
    case "list":
      return Array.isArray(value) && allMatch(tree.items, value, found);
    case "record":
      return matchesRecord(tree, value, found);
  }
}

export function allMatch(trees: readonly Tree[], values: readonly unknown[], found: Tensor[]): boolean {
  if (trees.length !== values.length) return false;
  for (let i = 0; i < trees.length; i++) if (!matches(trees[i]!, values[i], found)) return false;
  return true;
}

function matchesRecord(tree: Tree & { kind: "record" }, value: unknown, found: Tensor[]): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Tensor)
    return false;
  if (!isRecord(value)) return false;
  let at = 0;
  for (const name in value) {
    if (name !== tree.names[at] || !matches(tree.items[at]!, value[name], found)) return false;
    at++;
  }
  return at === tree.names.length;
}

/** A value of that tree with these tensors. */
export function build(tree: Tree, tensor: (index: number) => Tensor): unknown {
  switch (tree.kind) {
    case "tensor":
      return tensor(tree.index);
    case "value":
      return tree.value;
    case "list":
      return tree.items.map((item) => build(item, tensor));
    case "record":
      return Object.fromEntries(tree.names.map((name, i) => [name, build(tree.items[i]!, tensor)]));
  }
}
