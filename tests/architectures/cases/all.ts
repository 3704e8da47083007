import {HYBRIDS} from "./hybrids.js";
import {LLAMAS} from "./llamas.js";
import {MASKED} from "./masked.js";
import {MIXTURES} from "./mixtures.js";
import {NORMS_AND_WINDOWS} from "./norms-and-windows.js";
import {OLDER} from "./older.js";
import {RECURRENT} from "./recurrent.js";
import {ROUTERS} from "./routers.js";

/** Models of every family. */
export const CASES = [
  ...LLAMAS,
  ...NORMS_AND_WINDOWS,
  ...OLDER,
  ...MIXTURES,
  ...ROUTERS,
  ...HYBRIDS,
  ...RECURRENT,
  ...MASKED,
];
