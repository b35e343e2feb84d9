/** What maru exports, as the compiler sees it: names, comments, members. */
import { resolve } from "node:path";
import ts from "typescript-5.9";
import { root } from "./extract.js";

/** Exported names; true where the name is a value, false where it is only a type. */
export type Exports = ReadonlyMap<string, boolean>;

/** A public name and what its comment holds. */
export interface Entry {
  readonly name: string;
  readonly kind: "function" | "class" | "other";
  readonly documented: boolean;
  /** An example of its own, or a link to a function that has one. */
  readonly example: boolean;
}

export interface Program {
  readonly exportsOf: (file: string) => Exports;
  readonly entriesOf: (file: string) => Entry[];
}

/** Reads a project's files, without checking them. */
export function openProgram(files: readonly string[]): Program {
  const program = ts.createProgram(
    files.map((file) => resolve(root, file)),
    {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      strict: true,
      types: ["node"],
      noEmit: true,
    },
  );
  const checker = program.getTypeChecker();
  const symbolsOf = (file: string): ts.Symbol[] => {
    const source = program.getSourceFile(resolve(root, file));
    const module = source && checker.getSymbolAtLocation(source);
    return module === undefined ? [] : checker.getExportsOfModule(module);
  };
  const known = new Map<string, Exports>();
  return {
    exportsOf: (file) => {
      const found =
        known.get(file) ??
        new Map(
          symbolsOf(file).map((one) => [one.name, (target(one, checker).flags & ts.SymbolFlags.Value) !== 0]),
        );
      known.set(file, found);
      return found;
    },
    entriesOf: (file) => {
      const symbols = symbolsOf(file);
      const examples = new Set(symbols.filter(hasExample(checker)).map(({ name }) => name));
      return symbols.flatMap((one) => entries(one, "", checker, examples));
    },
  };
}

const target = (symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

const tagsOf = (symbol: ts.Symbol, checker: ts.TypeChecker): readonly ts.JSDocTagInfo[] =>
  target(symbol, checker).getJsDocTags(checker);

const hasExample =
  (checker: ts.TypeChecker) =>
  (symbol: ts.Symbol): boolean =>
    tagsOf(symbol, checker).some(({ name }) => name === "example");

function kindOf(symbol: ts.Symbol, checker: ts.TypeChecker): Entry["kind"] {
  if (symbol.flags & ts.SymbolFlags.Class) return "class";
  if (!(symbol.flags & (ts.SymbolFlags.Value & ~ts.SymbolFlags.Enum))) return "other";
  const declaration = symbol.valueDeclaration;
  if (declaration === undefined) return "other";
  return checker.getTypeOfSymbolAtLocation(symbol, declaration).getCallSignatures().length > 0
    ? "function"
    : "other";
}

/** A name, and what stands in it: members of a namespace, of a class, and of the object that `random` is. */
function entries(
  given: ts.Symbol,
  prefix: string,
  checker: ts.TypeChecker,
  examples: ReadonlySet<string>,
): Entry[] {
  const symbol = target(given, checker);
  const name = prefix + given.name;
  if (symbol.flags & ts.SymbolFlags.Module && !(symbol.flags & ts.SymbolFlags.Variable)) {
    return checker
      .getExportsOfModule(symbol)
      .flatMap((one) => entries(one, `${name}.`, checker, new Set(examples)));
  }
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker));
  const link = /\{@link (\w+)/.exec(text)?.[1];
  const kind = kindOf(symbol, checker);
  const entry = {
    name,
    kind,
    documented: text.trim() !== "",
    example: hasExample(checker)(symbol) || (link !== undefined && examples.has(link)),
  };
  return [entry, ...membersOf(symbol, name, kind, checker, examples)];
}

/** Public methods and fields that the class itself declares. Errors have none of their own. */
function membersOf(
  symbol: ts.Symbol,
  name: string,
  kind: Entry["kind"],
  checker: ts.TypeChecker,
  examples: ReadonlySet<string>,
): Entry[] {
  if (kind !== "class" || name.endsWith("Error")) return [];
  return [...(symbol.members?.values() ?? [])].flatMap((member) => {
    const declaration = member.declarations?.[0];
    if (declaration === undefined || !isPublicMember(member, declaration)) return [];
    return entries(member, `${name}.`, checker, examples);
  });
}

function isPublicMember(member: ts.Symbol, declaration: ts.Declaration): boolean {
  if (member.name.startsWith("__") || !(member.flags & ts.SymbolFlags.ClassMember)) return false;
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  if (ts.getCombinedModifierFlags(declaration) & hidden) return false;
  return !(ts.isPropertyDeclaration(declaration) && ts.isPrivateIdentifier(declaration.name));
}
