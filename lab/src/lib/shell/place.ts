/** The reader's place in the text, kept while the words around it change. */

/** How far down the window one reads. */
const LINE = 0.38;

/**
 * Notes which part of which section is being read.
 *
 * @returns goes back there
 */
export function placeInText(): () => void {
  const line = innerHeight * LINE;
  const marks = [...document.querySelectorAll<HTMLElement>("[data-section]")];
  const read = marks.findLast((mark) => mark.getBoundingClientRect().top <= line);
  if (read === undefined) {
    const top = scrollY;
    return () => scrollTo({ top, behavior: "instant" });
  }
  const { top, height } = read.getBoundingClientRect();
  const part = (line - top) / height;
  return () => {
    const now = read.getBoundingClientRect();
    scrollTo({ top: scrollY + now.top + part * now.height - line, behavior: "instant" });
  };
}
