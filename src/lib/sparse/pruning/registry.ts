import {registry} from "../../technique/registry.js";
import {magnitude} from "./magnitude.js";
import {sparseGpt} from "./sparse-gpt.js";
import {wanda} from "./wanda.js";

/** Ways to choose which weights of a layer go. */
export const pruningMethods = registry("pruningMethods", [magnitude, wanda, sparseGpt]);

/** The id of a pruning method. */
export type PruningMethodId = (typeof pruningMethods.ids)[number];
