/** Both languages say the same things in the same order, and whatever a text or a figure asks for is there. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Words } from "../src/lib/text/words.js";
import { LAB, loadChapters } from "./chapters.js";

interface Text {
  readonly title: string;
  readonly lead: string;
  readonly words: Words;
  readonly body: string;
}

/** What the chapter's code has, by names. */
interface Has {
  readonly panels: readonly string[];
  readonly live: readonly string[];
  readonly actions: readonly string[];
  readonly widgets: readonly string[];
}

function textIn(source: string): Text {
  const [, front, body] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(source)!;
  const { title, lead, words = {} } = parse(front!) as Partial<Text>;
  return { title: title ?? "", lead: lead ?? "", words, body: body! };
}

const all = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map((found) => found[1]!);
const sectionsOf = (body: string): string[] => all(body, /^## (\S+(?: \[\S+\])?) .+$/gm);
const liveOf = (body: string): string[] => all(body, /\{\{([\w.-]+)\}\}/g).sort();
const actionsOf = (body: string): string[] => all(body, /\]\(do:([\w.-]+)\)/g).sort();
const widgetsOf = (body: string): string[] => all(body, /^@(\w[\w-]*)$/gm);
const holesOf = (words: string): string[] => [...new Set(all(words, /\{(\w+)\}/g))].sort();

/** What is wrong with the words of two languages. */
function wrongWords(ko: Words, en: Words): string[] {
  const wrong: string[] = [];
  for (const key of new Set([...Object.keys(ko), ...Object.keys(en)])) {
    const [a, b] = [ko[key], en[key]];
    if (a === undefined) wrong.push(`ko has no words "${key}"`);
    else if (b === undefined) wrong.push(`en has no words "${key}"`);
    else if (typeof a !== "string" || typeof b !== "string") wrong.push(`"${key}" is no text (quote it)`);
    else if (a.trim() === "" || b.trim() === "") wrong.push(`"${key}" is empty`);
    else if (holesOf(a).join() !== holesOf(b).join())
      wrong.push(`"${key}" has places {${holesOf(a)}} in ko and {${holesOf(b)}} in en`);
    // A list of the library's own names is no sentence.
    else if (key !== "synonyms" && isLeftover(a)) wrong.push(`ko "${key}" is English: ${a}`);
  }
  return wrong;
}

/** Code, formulas, buttons' targets and numbers are the same in any language. */
const plain = (text: string): string =>
  text
    .replace(/`[^`]*`|\$\$[\s\S]*?\$\$|\$[^$\n]*\$|\{\{[^}]*\}\}|\{\w+\}|\]\([^)]*\)|https?:\S+/g, " ")
    .replace(/^@.*$/gm, " ");

/** A run of four English words with small letters in a Korean text is a sentence that was left over. */
const isLeftover = (text: string): boolean => /(?:\b[A-Za-z]?[a-z']+[ ,.]+){3}[a-z']+/.test(plain(text));

/** What is wrong with a chapter. */
function wrongChapter(ko: Text, en: Text, has: Has): string[] {
  const wrong = wrongWords(ko.words, en.words);
  for (const [lang, { title, lead, body }] of [
    ["ko", ko],
    ["en", en],
  ] as const) {
    if (title === "" || lead === "") wrong.push(`${lang}: title and lead are needed`);
    if (/^## .+\n+(?=## |$(?![\s\S]))/m.test(body)) wrong.push(`${lang}: a section is empty`);
  }
  const sections = sectionsOf(ko.body);
  if (sections.join("\n") !== sectionsOf(en.body).join("\n"))
    wrong.push(`sections differ: ko ${sections}; en ${sectionsOf(en.body)}`);
  if (new Set(sections.map((section) => section.split(" ")[0])).size !== sections.length)
    wrong.push("two sections have one name");
  for (const panel of sections.flatMap((section) => all(section, /\[(\S+)\]/g)))
    if (!has.panels.includes(panel)) wrong.push(`there is no panel "${panel}"`);
  for (const [kind, of, known] of [
    ["number", liveOf, has.live],
    ["action", actionsOf, has.actions],
    ["widget", widgetsOf, has.widgets],
  ] as const) {
    const [a, b] = [of(ko.body), of(en.body)];
    if (a.join() !== b.join()) wrong.push(`${kind}s differ: ko ${a}; en ${b}`);
    for (const name of new Set([...a, ...b]))
      if (!known.includes(name)) wrong.push(`there is no ${kind} "${name}"`);
    for (const name of known) if (!a.includes(name)) wrong.push(`no text has the ${kind} "${name}"`);
  }
  for (const panel of has.panels)
    if (has.panels.length > 1 && ko.words[`panel.${panel}`] === undefined)
      wrong.push(`there are no words "panel.${panel}"`);
  for (const paragraph of [ko.title, ko.lead, ...ko.body.split(/\n\n/)])
    if (isLeftover(paragraph)) wrong.push(`ko has English: ${paragraph.slice(0, 80)}`);
  return wrong;
}

const read = (path: string): string => readFileSync(join(LAB, "src/lib", path), "utf8");
const chapterText = (folder: string, lang: string): Text => textIn(read(`chapters/${folder}/${lang}.md`));

let chapters: Awaited<ReturnType<typeof loadChapters>>;
beforeAll(async () => void (chapters = await loadChapters()), 180_000);

test("the words around the chapters are the same in both languages", () => {
  expect(
    wrongWords(parse(read("text/ui.ko.yaml")) as Words, parse(read("text/ui.en.yaml")) as Words),
  ).toEqual([]);
});

test("the cover is the same in both languages", () => {
  const none: Has = { panels: [], live: [], actions: [], widgets: [] };
  expect(wrongChapter(chapterText("00-cover", "ko"), chapterText("00-cover", "en"), none)).toEqual([]);
});

test("every chapter is the same in both languages, and has what its text asks for", () => {
  expect(chapters.length).toBeGreaterThanOrEqual(5);
  const wrong = chapters.flatMap(({ folder, chapter }) =>
    wrongChapter(chapterText(folder, "ko"), chapterText(folder, "en"), {
      panels: chapter.panels.map(({ id }) => id),
      live: Object.keys(chapter.live ?? {}),
      actions: Object.keys(chapter.actions ?? {}),
      widgets: Object.keys(chapter.widgets ?? {}),
    }).map((what) => `${folder}: ${what}`),
  );
  expect(wrong).toEqual([]);
});

test("no chapter has words by a name that the frame around it uses", () => {
  const around = new Set(Object.keys(parse(read("text/ui.en.yaml")) as Words));
  const taken = chapters.flatMap(({ folder }) =>
    Object.keys(chapterText(folder, "en").words)
      .filter((key) => around.has(key))
      .map((key) => `${folder}: ${key}`),
  );
  expect(taken).toEqual([]);
});

test("chapters are in order, and each has a name and an address of its own", () => {
  const numbers = chapters.map(({ number }) => number);
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  for (const key of ["number", "slug", "folder"] as const)
    expect(new Set(chapters.map((one) => one[key])).size, key).toBe(chapters.length);
});

describe("what this file looks for, it finds", () => {
  const has: Has = { panels: ["a", "b"], live: ["sum"], actions: ["go"], widgets: ["box"] };
  const source = (lang: "ko" | "en"): string => `---
title: ${lang === "ko" ? "제목" : "Title"}
lead: ${lang === "ko" ? "한 문장입니다." : "A sentence."}
words:
  panel.a: A
  panel.b: B
  said: "{x}, {y}"
---
## one [a] ${lang === "ko" ? "하나" : "One"}
{{sum}} [${lang === "ko" ? "가기" : "go"}](do:go)

@box

## two [b] ${lang === "ko" ? "둘" : "Two"}
${lang === "ko" ? "끝 `const x = a very long program`" : "The end."}
`;
  const wrongWith = (change: (ko: string) => string, changeEn = (en: string) => en): string[] =>
    wrongChapter(textIn(change(source("ko"))), textIn(changeEn(source("en"))), has);

  test("a whole chapter has nothing wrong", () => expect(wrongWith((ko) => ko)).toEqual([]));

  test.each<[string, (text: string) => string, RegExp]>([
    ["a word", (text) => text.replace('  said: "{x}, {y}"\n', ""), /ko has no words "said"/],
    ["what a word says", (text) => text.replace('"{x}, {y}"', '" "'), /"said" is empty/],
    ["a place in a word", (text) => text.replace("{y}", "{z}"), /"said" has places/],
    ["a quotation mark", (text) => text.replace("panel.a: A", "panel.a: 1"), /is no text/],
    ["a section", (text) => text.replace(/## two[\s\S]*/, ""), /sections differ/],
    ["the order of sections", (text) => text.replace("## one [a]", "## two [a]"), /sections differ/],
    ["a panel", (text) => text.replace("[b]", "[c]"), /there is no panel "c"/],
    ["a number", (text) => text.replace("{{sum}}", ""), /numbers differ/],
    ["a number's name", (text) => text.replace("{{sum}}", "{{total}}"), /there is no number "total"/],
    ["an action", (text) => text.replace("do:go", "do:stop"), /there is no action "stop"/],
    ["a widget", (text) => text.replace("@box", ""), /widgets differ/],
    ["a lead", (text) => text.replace(/^lead: .*$/m, 'lead: ""'), /title and lead are needed/],
    ["a section's text", (text) => text.replace(/끝.*\n/, ""), /a section is empty/],
    ["Korean", (text) => text.replace("끝", "This was left over here."), /ko has English/],
  ])("without %s it does", (_, change, message) => {
    expect(wrongWith(change).join("\n")).toMatch(message);
  });

  test("words for a panel that neither language has", () => {
    const without = (text: string): string => text.replace("  panel.b: B\n", "");
    expect(wrongWith(without, without)).toEqual(['there are no words "panel.b"']);
  });

  test("a number that the code has and no text", () => {
    expect(
      wrongChapter(textIn(source("ko")), textIn(source("en")), { ...has, live: ["sum", "more"] }),
    ).toEqual(['no text has the number "more"']);
  });
});
