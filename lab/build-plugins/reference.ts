/** The reference: maru's public functions as its declaration files tell of them. */
import ts from "typescript";

export interface Entry {
  readonly name: string;
  /** The file of the library's folder that it comes from: `tensor/products`. */
  readonly room: string;
  readonly kind: "function" | "class" | "value";
  readonly signature: string;
  /** What it computes, from its comment. */
  readonly text: string;
  /** A runnable example, from its comment. */
  readonly example: string;
}

/** Everything that the face gives by that name; `nn` and `optim` are taken apart. */
export function referenceOf(face: string): Entry[] {
  const program = ts.createProgram([face], {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ES2022,
    skipLibCheck: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  const file = checker.getSymbolAtLocation(program.getSourceFile(face)!)!;
  const root = face.replace(/[^/]*$/, "");
  const entries: Entry[] = [];
  const take = (symbol: ts.Symbol, prefix: string): void => {
    const name = prefix + symbol.name;
    const real = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    if (real.flags & ts.SymbolFlags.ValueModule && prefix === "") {
      for (const inner of checker.getExportsOfModule(real)) take(inner, `${name}.`);
      return;
    }
    const entry = entryOf(name, real, checker, root);
    if (entry !== undefined) entries.push(entry);
    // What holds functions, as `random` does.
    const type = checker.getTypeOfSymbol(real);
    if (entry?.kind === "value" && type.getCallSignatures().length === 0)
      for (const inner of type.getProperties()) {
        const part = entryOf(`${name}.${inner.name}`, inner, checker, root);
        if (part !== undefined && part.kind === "function") entries.push(part);
      }
  };
  for (const symbol of checker.getExportsOfModule(file)) take(symbol, "");
  return entries.sort((a, b) => a.name.localeCompare(b.name, "en"));
}

function entryOf(name: string, symbol: ts.Symbol, checker: ts.TypeChecker, root: string): Entry | undefined {
  const declaration = symbol.declarations?.find(
    (d) => !ts.isInterfaceDeclaration(d) && !ts.isTypeAliasDeclaration(d),
  );
  if (declaration === undefined) return undefined;
  const [call] = checker.getTypeOfSymbol(symbol).getCallSignatures();
  const kind = ts.isClassDeclaration(declaration) ? "class" : call === undefined ? "value" : "function";
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
  const tag = symbol.getJsDocTags(checker).find((tag) => tag.name === "example");
  const example = ts
    .displayPartsToString(tag?.text)
    .replace(/^```ts\n|\n?```$/g, "")
    .trim();
  const room = declaration
    .getSourceFile()
    .fileName.slice(root.length)
    .replace(/\.d\.ts$/, "");
  // Classes without an example are what functions of the same name make; they are not called by readers.
  if (text === "" || (kind === "class" && example === "")) return undefined;
  return { name, room, kind, signature: signatureOf(name, declaration, call), text: flat(text), example };
}

/** One line is enough where it fits; what stands in a comment's lines is one paragraph. */
const flat = (text: string): string =>
  text
    .replace(/\n(?!\n|- |\s*```)/g, " ")
    .replace(/\{@link (\w+)\}/g, "$1")
    .replace(/ {2,}/g, " ");

/** `name(a, b, options?)`: the types are in the editor's hover; here they would hide what the function is. */
function signatureOf(name: string, declaration: ts.Declaration, call: ts.Signature | undefined): string {
  const made = ts.isClassDeclaration(declaration)
    ? declaration.members.find(ts.isConstructorDeclaration)
    : undefined;
  const parameters =
    made?.parameters ?? (call?.declaration?.parameters as readonly ts.ParameterDeclaration[] | undefined);
  if (parameters === undefined) return name;
  const names = parameters
    .filter((p) => p.name.getText() !== "this")
    .map((p) => {
      const short = ts.isIdentifier(p.name) ? p.name.text : "options";
      return `${p.dotDotDotToken ? "..." : ""}${short}${p.questionToken || p.initializer ? "?" : ""}`;
    });
  return `${made === undefined ? "" : "new "}${name}(${names.join(", ")})`;
}
