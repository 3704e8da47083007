import {registry} from "../technique/registry.js";
import {awqMethod} from "./awq.js";
import {gptqMethod} from "./gptq.js";
import {hadamardMethod} from "./hadamard.js";
import {hadamardGptqMethod} from "./hadamard-gptq.js";
import {hqqMethod} from "./hqq.js";
import {learnedLevelsMethod} from "./learned-levels/method.js";
import {learnedRoundingMethod} from "./learned-rounding.js";
import {llmInt8Method} from "./llm-int8/method.js";
import {rtnMethod} from "./rtn.js";
import {smoothquantMethod} from "./smoothquant.js";

/** Ways to bring a decoder's weights to a number format. */
export const quantizationMethods = registry("quantization methods", [
  rtnMethod,
  hqqMethod,
  smoothquantMethod,
  awqMethod,
  gptqMethod,
  hadamardMethod,
  hadamardGptqMethod,
  learnedRoundingMethod,
  learnedLevelsMethod,
  llmInt8Method,
]);

/** The id of a method. */
export type MethodId = (typeof quantizationMethods.ids)[number];
