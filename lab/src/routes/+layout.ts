/** Every page is made when the Lab is built; a static host can serve it. */
export const prerender = true;
export const trailingSlash = "always";
