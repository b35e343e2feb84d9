/** The examples of docs/training.md. */
import { testPage } from "../docs/pages.js";

testPage("docs/training.md");
