import type { Lang } from "$lib/text/lang.js";
import { textOf } from "$lib/text/texts.server.js";
import type { PageServerLoad } from "./$types.js";

export const load: PageServerLoad = ({ params }) => ({ cover: textOf("00-cover", params.lang as Lang) });
