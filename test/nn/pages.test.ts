/** The examples of docs/losses.md, docs/metrics.md and docs/sequences.md. */
import { testPage } from "../docs/pages.js";

testPage("docs/losses.md");
testPage("docs/metrics.md");
testPage("docs/sequences.md");
