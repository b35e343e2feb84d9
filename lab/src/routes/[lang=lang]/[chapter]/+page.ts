import { entryOf } from "$lib/chapters/index.js";
import type { PageLoad } from "./$types.js";

/** The chapter's code comes beside its text. */
export const load: PageLoad = async ({ data }) => {
  const { default: chapter } = await entryOf(data.slug)!.load();
  return { ...data, chapter };
};
