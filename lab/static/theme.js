// Before the first paint: the reader's choice of light or dark, or the system's.
(() => {
  let kept = null;
  try {
    kept = localStorage.getItem("maru.theme");
  } catch {
    // The browser keeps nothing for this page; the system's choice holds.
  }
  const dark = kept === "dark" || (kept !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
