import { CHAPTERS } from "$lib/chapters/index.js";
import type { Lang } from "$lib/text/lang.js";
import { textOf, uiWords } from "$lib/text/texts.server.js";
import type { LayoutServerLoad } from "./$types.js";

/** The words around the chapters, and the contents. */
export const load: LayoutServerLoad = ({ params }) => {
  const lang = params.lang as Lang;
  const contents = CHAPTERS.map(({ number, slug, folder }) => {
    const { title, lead } = textOf(folder, lang);
    return { number, slug, title, lead };
  });
  return { lang, ui: uiWords(lang), contents };
};
