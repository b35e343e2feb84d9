/**
 * Imports run down only. Reads every import of src/ (types too), and fails on an arrow that goes up the house, on a
 * circle between files, on Node's modules in rooms that browsers use, and on examples that reach behind the public
 * face.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript-5.9";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The house from the ground up; a room imports itself and rooms below it. */
const HOUSE = [
  ["errors"],
  ["shape"],
  ["graph"],
  ["compiler"],
  ["targets"],
  ["autodiff"],
  ["ops"],
  ["tensor"],
  ["nn"],
  ["optim"],
  ["formats"],
  ["data", "plot"],
  ["train"],
  ["face"],
  ["index", "light"],
  ["node"],
  ["cli"],
];

/** Rooms that must run in a browser as they are. */
const BROWSER = new Set([
  "errors",
  "shape",
  "graph",
  "compiler",
  "targets",
  "autodiff",
  "ops",
  "tensor",
  "nn",
  "optim",
]);

/** In such a room, what only `src/node.ts` and the command line bring in. */
const NODE_ONLY = join("src", "targets", "native");

const level = new Map(HOUSE.flatMap((rooms, height) => rooms.map((room) => [room, height])));

function filesOf(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesOf(path) : /\.(tsx?|svelte)$/.test(entry.name) ? [path] : [];
  });
}

const importsOf = (path) =>
  ts.preProcessFile(readFileSync(path, "utf8"), true, true).importedFiles.map((f) => f.fileName);

/** src/tensor/like.ts is in the room tensor; src/errors.ts is a room of its own. */
function roomOf(path) {
  const [first] = relative(join(root, "src"), path).split("/");
  return first.replace(/\.ts$/, "");
}

const problems = [];
const graph = new Map();

for (const path of filesOf(join(root, "src"))) {
  const room = roomOf(path);
  const name = relative(root, path);
  if (!level.has(room))
    problems.push(`${name}: the room "${room}" has no place in the house (scripts/check-imports.mjs)`);
  const targets = [];
  for (const specifier of importsOf(path)) {
    if (specifier.startsWith("node:") && BROWSER.has(room) && !name.startsWith(NODE_ONLY))
      problems.push(`${name}: imports ${specifier}, but browsers use this room`);
    if (!specifier.startsWith(".")) continue;
    const target = join(dirname(path), specifier.replace(/\.js$/, ".ts"));
    if (!existsSync(target)) {
      problems.push(`${name}: imports ${specifier}, which is not there`);
      continue;
    }
    targets.push(target);
    const other = roomOf(target);
    const same = other === room;
    if (!same && !(level.get(other) < level.get(room)))
      problems.push(`${name}: imports up or across, from ${room} to ${other}`);
  }
  graph.set(path, targets);
}

/** Depth first; a file that is met while it is still open closes a circle. */
function findCircle(path, open, done) {
  if (done.has(path)) return;
  const at = open.indexOf(path);
  if (at >= 0) {
    problems.push(`circle: ${[...open.slice(at), path].map((p) => relative(root, p)).join(" -> ")}`);
    return;
  }
  for (const target of graph.get(path) ?? []) findCircle(target, [...open, path], done);
  done.add(path);
}
const done = new Set();
for (const path of graph.keys()) findCircle(path, [], done);

/** The rooms of the Lab, from the ground up. */
const LAB = [
  ["text"],
  ["state"],
  ["code", "engine", "save"],
  ["editor"],
  ["runner"],
  ["figures", "drawer"],
  ["chapters"],
  ["shell"],
];
const labLevel = new Map(LAB.flatMap((rooms, height) => rooms.map((room) => [room, height])));
const library = join(root, "lab", "src", "lib");
for (const path of filesOf(library)) {
  const name = relative(root, path);
  const [room] = relative(library, path).split("/");
  if (!labLevel.has(room))
    problems.push(`${name}: the room "${room}" has no place in the Lab (scripts/check-imports.mjs)`);
  for (const specifier of importsOf(path)) {
    const target = specifier.startsWith("$lib/")
      ? join(library, specifier.slice(5))
      : join(dirname(path), specifier);
    // What the build has put into .cache is made of the library's own faces.
    if (!/^(\.|\$lib\/)/.test(specifier) || specifier.includes("/.cache/maru/")) continue;
    const [other] = relative(library, target).split("/");
    if (other !== room && !(labLevel.get(other) < labLevel.get(room)))
      problems.push(`${name}: imports up or across, from ${room} to ${other}`);
  }
}

// The Lab's tests drive its server and the browser as ours do.
for (const folder of ["examples", join("lab", "src"), "bench"]) {
  for (const path of filesOf(join(root, folder))) {
    for (const specifier of importsOf(path)) {
      const inside =
        specifier.startsWith(".") &&
        !specifier.includes("/.cache/maru/") &&
        !join(dirname(path), specifier).startsWith(join(root, folder));
      if (inside) problems.push(`${relative(root, path)}: reaches behind the public face with ${specifier}`);
    }
  }
}

if (problems.length > 0) {
  console.error(problems.join("\n"));
  console.error(`\n${problems.length} import problem(s).`);
  process.exit(1);
}
console.log(`imports: ${graph.size} files, all arrows run down, no circles`);
