import { LANGS, type Lang } from "$lib/text/lang.js";
import { uiWords } from "$lib/text/texts.server.js";
import type { PageServerLoad } from "./$types.js";

/** The page for addresses at which there is nothing: a file `404.html` that needs no code, in both languages. */
export const csr = false;
export const trailingSlash = "never";

export const load: PageServerLoad = () => {
  const saidIn = (lang: Lang) => {
    const words = uiWords(lang);
    return { title: words["missing.title"]!, text: words["missing.text"]!, home: words.home! };
  };
  return {
    said: Object.fromEntries(LANGS.map((lang) => [lang, saidIn(lang)])) as Record<
      Lang,
      ReturnType<typeof saidIn>
    >,
  };
};
