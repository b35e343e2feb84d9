/** The program beside each figure: TypeScript finds nothing wrong in it, as the editor would say it, and it runs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as maru from "maru";
import * as data from "maru/data";
import * as formats from "maru/formats";
import { parse } from "valibot";
import { beforeAll, expect, test } from "vitest";
import { textOf } from "../src/lib/code/template.js";
import { makeService, type Service } from "../src/lib/editor/service.js";
import { LAB, loadChapters } from "./chapters.js";

interface Program {
  readonly slug: string;
  readonly panel: string;
  readonly text: string;
}

let programs: readonly Program[];
let service: Service;
beforeAll(async () => {
  const chapters = await loadChapters();
  service = makeService(JSON.parse(readFileSync(join(LAB, ".cache/maru/types.json"), "utf8")));
  programs = chapters.flatMap(({ slug, chapter, code }) =>
    code === undefined
      ? []
      : chapter.panels.map(({ id }) => ({
          slug,
          panel: id,
          text: textOf(code(parse(chapter.schema, {}), id, (key) => key)),
        })),
  );
}, 180_000);

const one = (text: string) => ({ cells: [text], repl: false });

test("every panel's program has the types that it says", () => {
  const wrong = programs.flatMap(({ slug, panel, text }) =>
    service.check(one(text)).map(({ line, message }) => `${slug}, ${panel}, line ${line}: ${message}`),
  );
  expect(programs.length).toBeGreaterThan(30);
  expect(wrong).toEqual([]);
  // It does find what is wrong.
  expect(service.check(one('import { zeros } from "maru";\nzeros([2, 3]).dot(zeros([2, 2]));'))).not.toEqual(
    [],
  );
}, 180_000);

const faces: Readonly<Record<string, unknown>> = {
  maru,
  "maru/light": maru,
  "maru/data": data,
  "maru/formats": formats,
};

/** Runs it as the frame of readers' programs does; gives back how often it printed something. */
async function printed(text: string): Promise<number> {
  const { js } = service.emit(one(text));
  const { default: program } = await import(`data:text/javascript,${encodeURIComponent(js)}`);
  const { log } = console;
  let lines = 0;
  console.log = () => void lines++;
  try {
    await program((name: string) => faces[name], {}, {});
  } finally {
    console.log = log;
  }
  return lines;
}

test("every panel's program runs, and prints what it says", async () => {
  const fell: string[] = [];
  // The digits' program takes its minute in the page (code-run).
  for (const { slug, panel, text } of programs.filter(({ slug }) => slug !== "digits")) {
    const says = /^(?!\s*\/\/).*console\.log/m.test(text);
    const lines = await printed(text).catch((error) => String(error));
    if (typeof lines === "string") fell.push(`${slug}, ${panel}: ${lines}`);
    else if (says && lines === 0) fell.push(`${slug}, ${panel}: it prints nothing`);
  }
  expect(fell).toEqual([]);
  await expect(printed("throw new Error('it falls');")).rejects.toThrow("it falls");
}, 300_000);
