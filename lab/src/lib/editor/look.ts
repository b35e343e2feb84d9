/** The editor in the Lab's colours. Its styles are sheets of its shadow root, which the page's policy allows. */
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const theme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "transparent", fontSize: "0.9rem", maxHeight: "22rem" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", overflow: "auto" },
  ".cm-content": {
    padding: "0.35rem 0",
    caretColor: "var(--ink)",
    overflowWrap: "normal",
    wordBreak: "normal",
  },
  ".cm-line": { padding: "0 1rem 0 0.5rem" },
  ".cm-gutters": {
    backgroundColor: "var(--sunken)",
    color: "var(--quiet)",
    border: "0",
    paddingLeft: "0.35rem",
  },
  ".cm-activeLine, .cm-activeLineGutter": {
    backgroundColor: "color-mix(in srgb, var(--accent) 7%, transparent)",
  },
  "&.cm-focused .cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--accent) 26%, transparent)",
  },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "color-mix(in srgb, var(--accent) 20%, transparent)",
    outline: "none",
  },
  ".cm-slot": {
    borderBottom: "2px solid var(--accent)",
    backgroundColor: "color-mix(in srgb, var(--accent) 12%, transparent)",
    borderRadius: "3px 3px 0 0",
  },
  ".cm-slot-wrong": {
    borderBottomColor: "var(--bad)",
    backgroundColor: "color-mix(in srgb, var(--bad) 14%, transparent)",
  },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--bad) 1.5px",
    textUnderlineOffset: "0.22em",
    backgroundColor: "color-mix(in srgb, var(--bad) 10%, transparent)",
  },
  ".cm-lintRange-warning": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--negative) 1.5px",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)",
    color: "var(--ink)",
    border: "1px solid var(--line-strong)",
    borderRadius: "8px",
    boxShadow: "var(--shadow)",
    fontFamily: "var(--sans)",
    fontSize: "0.88rem",
    lineHeight: "1.5",
    maxWidth: "min(34rem, calc(100vw - 2rem))",
    overflow: "hidden",
  },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "0.86rem", maxHeight: "12rem" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "0.15rem 0.6rem", minHeight: "1.5rem" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--accent)",
    color: "var(--paper)",
  },
  ".cm-completionDetail": { fontStyle: "normal", opacity: "0.8" },
  ".cm-completionInfo": { padding: "0.4rem 0.7rem", maxWidth: "22rem" },
  ".cm-diagnostic": { padding: "0.4rem 0.7rem", borderLeft: "4px solid var(--bad)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--negative)" },
  ".cm-hint": { padding: "0.4rem 0.7rem" },
  ".cm-hint code, .cm-completionInfo code": {
    fontFamily: "var(--mono)",
    fontSize: "0.86rem",
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
    display: "block",
  },
  ".cm-hint p, .cm-completionInfo p": { margin: "0.25rem 0 0" },
  ".cm-placeholder": { color: "var(--quiet)" },
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.bool, tags.null], color: "light-dark(#8a2f8f, #d79bde)" },
  { tag: tags.comment, color: "var(--quiet)" },
  { tag: [tags.string, tags.special(tags.string)], color: "light-dark(#1c6b3a, #86d5a0)" },
  { tag: tags.number, color: "light-dark(#8a4b00, #f0b46c)" },
  { tag: [tags.typeName, tags.className], color: "light-dark(#0b5a78, #7ec8e3)" },
]);

export const look: Extension = [theme, syntaxHighlighting(colours)];
