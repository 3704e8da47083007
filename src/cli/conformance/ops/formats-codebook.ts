import {levelsDequantize, levelsQuantize} from "../../../lib/formats/codebook/levels.js";
import {nf4Levels} from "../../../lib/formats/codebook/nf4.js";
import type {CaseOp, Ops} from "../op.js";
import {numberArg} from "./formats-arguments.js";
import {roundOutput, tensorInput} from "./formats-nvfp4.js";

/** The reference keeps its scales in float32, at least 1e-7. */
const nf4FakeQuant: CaseOp = (args, inputs) => {
  const x = tensorInput(inputs, "x");
  const scale = {groupSize: numberArg(args, "group"), scaleType: "f32"} as const;
  const {codes, scales} = levelsQuantize(nf4Levels, x, {...scale, amaxFloor: 1e-7});
  return {
    y: roundOutput(levelsDequantize(nf4Levels, codes, scales, x.shape, scale), args),
    codes,
    scale: scales,
  };
};

export const ops: Ops = {cases: {nf4_fake_quant: nf4FakeQuant}};
