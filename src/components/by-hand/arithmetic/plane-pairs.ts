import {bitPlanes, ones, planeProduct} from "../../../lib/arithmetic/bit-planes/bit-planes.js";
import {captioned} from "../../kit/text/captioned.js";
import {bitRows, bitsText} from "./bit-rows.js";

/** Weights of the drawing: codes of bipolar integers of two bits. */
const WEIGHTS = [3, 0, 1, 2, 2, 3, 0, 1];
const BITS = 2;

/** The controls of the drawing: inputs by their codes, and the pair of planes that is looked at. */
export const planeParams = {
  inputs: {kind: "integer", label: "Inputs, another draw", min: 0, max: 20, default: 3},
  weightBit: {kind: "integer", label: "Bit of the weights", min: 0, max: 1, default: 0},
  inputBit: {kind: "integer", label: "Bit of the inputs", min: 0, max: 1, default: 1},
} as const;

/** Inputs by their number, and a pair of planes. */
export interface PlaneSetting {
  readonly inputs: number;
  readonly weightBit: number;
  readonly inputBit: number;
}

/** Codes of the inputs: a fixed walk, another for each number. */
const inputCodes = (draw: number) => WEIGHTS.map((_, k) => (k * (2 * draw + 1) + (draw >> 1)) % 4);

/** The words that meet, and what they give. */
export function planePair({inputs, weightBit, inputBit}: PlaneSetting) {
  const width = WEIGHTS.length;
  const [w, x] = [WEIGHTS, inputCodes(inputs)].map((codes) => bitPlanes(codes, width, BITS));
  const [weights, own] = [w.data[weightBit], x.data[inputBit]];
  const differing = ones(weights ^ own);
  const pair = width - 2 * differing;
  const [total] = planeProduct(w, x);
  return {width, weights, own, differing, pair, total};
}

/** The state in words. */
export function planeSays(setting: PlaneSetting): string {
  const {width, differing, pair, total} = planePair(setting);
  const place = 2 ** (setting.weightBit + setting.inputBit);
  return `${differing} of ${width} bits differ, so this pair of planes gives ${width} − 2 · ${differing} = ${pair}, times ${place}. All ${BITS ** 2} pairs together give ${total}, the exact sum of ${width} products.`;
}

/** Two words of bits, where they differ, and the product that follows. */
export function planeDrawing(setting: PlaneSetting): HTMLElement {
  const {width, weights, own, differing, pair} = planePair(setting);
  const rows = [
    {
      name: `weights, bit ${setting.weightBit}`,
      digits: bitsText(weights, width),
      worth: "1 is plus, 0 minus",
    },
    {name: `inputs, bit ${setting.inputBit}`, digits: bitsText(own, width), worth: ""},
    {
      name: "they differ",
      digits: bitsText(weights ^ own, width),
      worth: `${differing} of ${width}: ${pair}`,
      isSum: true,
    },
  ];
  return captioned(
    "Bit planes: count where two words differ",
    planeSays(setting),
    bitRows("Two planes of bits", rows),
  );
}
