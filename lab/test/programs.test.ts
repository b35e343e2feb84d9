/** The program beside each figure is one in which TypeScript finds nothing wrong, as the editor would say it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "valibot";
import { expect, test } from "vitest";
import { textOf } from "../src/lib/code/template.js";
import { makeService } from "../src/lib/editor/service.js";
import { LAB, loadChapters } from "./chapters.js";

test("every panel's program has the types that it says", async () => {
  const chapters = await loadChapters();
  const service = makeService(JSON.parse(readFileSync(join(LAB, ".cache/maru/types.json"), "utf8")));
  const wrong: string[] = [];
  let programs = 0;
  for (const { slug, chapter, code } of chapters) {
    if (code === undefined) continue;
    for (const { id } of chapter.panels) {
      const text = textOf(code(parse(chapter.schema, {}), id, (key) => key));
      programs++;
      for (const { line, message } of service.check({ cells: [text], repl: false }))
        wrong.push(`${slug}, ${id}, line ${line}: ${message}`);
    }
  }
  expect(programs).toBeGreaterThan(30);
  expect(wrong).toEqual([]);
  // It does find what is wrong.
  expect(
    service.check({
      cells: ['import { zeros } from "maru";\nzeros([2, 3]).dot(zeros([2, 2]));'],
      repl: false,
    }),
  ).not.toEqual([]);
}, 180_000);
