/** The page about layers says what is true. */
import { testPage } from "../docs/pages.js";

testPage("docs/layers.md");
