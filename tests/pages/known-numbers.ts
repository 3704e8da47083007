import {ACCELERATOR_NUMBERS} from "./known/accelerators.js";
import {DECODING_NUMBERS} from "./known/decoding.js";
import {FORMAT_NUMBERS} from "./known/formats.js";
import type {KnownNumbers} from "./known/known.js";
import {CACHE_NUMBERS} from "./known/kv.js";
import {MIXER_NUMBERS} from "./known/mixers.js";
import {MODEL_NUMBERS} from "./known/models.js";
import {REGRESS_NUMBERS} from "./known/regress.js";
import {SCENE_NUMBERS} from "./known/scenes.js";
import {SITE_NUMBERS} from "./known/site.js";
import {SPARSE_NUMBERS} from "./known/sparse.js";
import {SSM_NUMBERS} from "./known/ssm.js";

/** The known numbers of every page. */
export const KNOWN: KnownNumbers = {
  ...SITE_NUMBERS,
  ...FORMAT_NUMBERS,
  ...MODEL_NUMBERS,
  ...DECODING_NUMBERS,
  ...SPARSE_NUMBERS,
  ...CACHE_NUMBERS,
  ...REGRESS_NUMBERS,
  ...SCENE_NUMBERS,
  ...SSM_NUMBERS,
  ...MIXER_NUMBERS,
  ...ACCELERATOR_NUMBERS,
};
