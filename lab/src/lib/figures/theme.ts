/** Canvases are painted again when the page's colours change. */
export function onTheme(paint: () => void): () => void {
  const observer = new MutationObserver(paint);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  return () => observer.disconnect();
}
