/** The examples of the page on optimizers compile, run, and give what their comments say. */
import { testPage } from "../docs/pages.js";

testPage("docs/optimizers.md");
