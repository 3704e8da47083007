import {registry} from "../technique/registry.js";
import {blockFfn, blockFfnPlain} from "./block-ffn/technique.js";
import {mixtral} from "./mixtral.js";
import {moePlusPlus} from "./moe-plus-plus/technique.js";
import {smallThinker} from "./small-thinker/technique.js";

/** Mixtures of experts, in the order in which pages show them. */
export const mixtures = registry("mixtures", [mixtral, moePlusPlus, smallThinker, blockFfnPlain, blockFfn]);
