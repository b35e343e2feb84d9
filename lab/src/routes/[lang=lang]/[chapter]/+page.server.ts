import { error } from "@sveltejs/kit";
import { CHAPTERS, entryOf } from "$lib/chapters/index.js";
import { LANGS, type Lang } from "$lib/text/lang.js";
import { textOf } from "$lib/text/texts.server.js";
import type { EntryGenerator, PageServerLoad } from "./$types.js";

export const entries: EntryGenerator = () =>
  LANGS.flatMap((lang) => CHAPTERS.map(({ slug }) => ({ lang, chapter: slug })));

export const load: PageServerLoad = ({ params }) => {
  const entry = entryOf(params.chapter);
  if (entry === undefined) error(404);
  return { slug: entry.slug, number: entry.number, text: textOf(entry.folder, params.lang as Lang) };
};
