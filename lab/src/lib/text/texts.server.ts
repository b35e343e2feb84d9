/** All texts, by chapter and language, read when the Lab is built. */
import { parse } from "yaml";
import { LANGS, type Lang } from "./lang.js";
import { type ChapterText, chapterText } from "./markdown.server.js";
import type { Words } from "./words.js";

const files = import.meta.glob<string>("../chapters/*/*.md", {
  query: "?raw",
  import: "default",
  eager: true,
});
const uiFiles = import.meta.glob<string>("./ui.*.yaml", { query: "?raw", import: "default", eager: true });

/** The words of everything around the chapters. */
export function uiWords(lang: Lang): Words {
  const source = uiFiles[`./ui.${lang}.yaml`];
  if (source === undefined) throw new Error(`there is no ui.${lang}.yaml`);
  return parse(source) as Words;
}

const texts = new Map<string, ChapterText>();

/** The text of the chapter in that folder of `chapters/`. */
export function textOf(folder: string, lang: Lang): ChapterText {
  const path = `../chapters/${folder}/${lang}.md`;
  const known = texts.get(path);
  if (known !== undefined) return known;
  const source = files[path];
  if (source === undefined) throw new Error(`there is no ${path} (languages: ${LANGS.join(", ")})`);
  const text = chapterText(source, path);
  texts.set(path, text);
  return text;
}
