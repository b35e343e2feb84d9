/**
 * Writes `_app/files.json` beside the pages: the files of the Lab by the time at which a browser keeps them for reading
 * without a network. Large ones (data, the compiler of the editor) are kept when they are first used.
 */
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin, ResolvedConfig } from "vite";

const LARGE = 400_000;

export interface FileList {
  readonly now: readonly string[];
  readonly later: readonly string[];
}

/** Files that no page needs in order to be read without a network. */
const LEFT_OUT = /(^|\/)(vite-manifest|manifest)\.json$|^\.vite|\.map$|\.(woff|ttf)$|service-worker\.js$/;

export function fileList(): Plugin {
  let config: ResolvedConfig;
  return {
    name: "lab-file-list",
    apply: "build",
    enforce: "post",
    configResolved: (resolved) => void (config = resolved),
    writeBundle(options) {
      if (config.build.ssr || options.dir === undefined || !/[\\/]client$/.test(options.dir)) return;
      const root = options.dir;
      const list: { now: string[]; later: string[] } = { now: [], later: [] };
      for (const name of readdirSync(root, { recursive: true }) as string[]) {
        const path = name.replaceAll("\\", "/");
        const stats = statSync(join(root, name));
        if (!stats.isFile() || LEFT_OUT.test(path)) continue;
        list[stats.size > LARGE ? "later" : "now"].push(`/${path}`);
      }
      list.now.sort();
      list.later.sort();
      writeFileSync(join(root, "_app/files.json"), JSON.stringify(list));
    },
  };
}
