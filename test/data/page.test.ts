/** The examples of the page on data compile, run, and give what their comments say. */
import { testPage } from "../docs/pages.js";

testPage("docs/data.md");
