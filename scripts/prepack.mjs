/** Before the package is packed: all that it holds is built. */
import { ensureBuilt, ensureInstalled, ensureLab } from "./setup.mjs";

ensureInstalled();
ensureBuilt();
ensureLab();
