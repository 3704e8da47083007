import type {FuzzTarget} from "./target.js";
import {arrow} from "./targets/arrow.js";
import {config} from "./targets/config.js";
import {gguf} from "./targets/gguf.js";
import {imatrix} from "./targets/imatrix.js";
import {index} from "./targets/index.js";
import {mesh} from "./targets/mesh.js";
import {ownLayout} from "./targets/own-layout.js";
import {packed} from "./targets/packed.js";
import {recipe} from "./targets/recipe.js";
import {safetensors} from "./targets/safetensors.js";
import {tokenizer} from "./targets/tokenizer.js";

/** All readers of files from strangers. */
export const TARGETS: readonly FuzzTarget[] = [
  safetensors,
  packed,
  ownLayout,
  recipe,
  gguf,
  imatrix,
  index,
  config,
  tokenizer,
  arrow,
  mesh,
];
