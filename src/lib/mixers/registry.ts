import {registry} from "../technique/registry.js";
import {attamba} from "./attamba/technique.js";
import {ecoformer} from "./ecoformer/technique.js";
import {flashRnn} from "./flash-rnn/technique.js";
import {kronecker} from "./kronecker/technique.js";
import {matMulFree} from "./matmul-free/technique.js";

/** Mixers of tokens between attention and state, in the order in which pages show them. */
export const mixers = registry("mixers", [attamba, matMulFree, flashRnn, kronecker, ecoformer]);
