/** Bundles for a page: what a user's bundler would make of maru. */
import { fileURLToPath } from "node:url";
import { build, type OutputFile, type Plugin } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What a page never gets to: files that are only loaded where Node is. */
const onlyInNode: Plugin = {
  name: "only in Node",
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === "dynamic-import" ? { path, external: true } : undefined,
    );
  },
};

/** One minified file of a module's text, with imports from the root of the repository. */
export async function bundle(contents: string): Promise<OutputFile> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: "ts" },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "browser",
    write: false,
    plugins: [onlyInNode],
  });
  return outputFiles[0]!;
}
