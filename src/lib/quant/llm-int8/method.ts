import {THRESHOLD} from "../../formats/llm-int8/decompose.js";
import {llmInt8Inputs} from "../../formats/llm-int8/llm-int8-inputs.js";
import {quantizationMethod} from "../method.js";
import {roundEach} from "../rtn.js";

/** LLM.int8(): inputs become 8-bit integers but for columns with outliers, which stay in half precision; weights are rounded to nearest. */
export const llmInt8Method = quantizationMethod({
  id: "llm-int8",
  label: "LLM.int8()",
  source: "arXiv:2208.07339, section 3",
  family: "int",
  params: {
    threshold: {
      kind: "number",
      label: "Smallest outlier",
      help: "A column with a magnitude of this or more stays in half precision; 0 keeps none.",
      min: 0,
      max: 1000,
      default: THRESHOLD,
    },
  },
  needs: [],
  shownFormats: ["int8_channel", "int8", "int4"],
  steps: ({threshold}) => ({round: roundEach, inputs: llmInt8Inputs(threshold)}),
});
