/** Weights of two and of three values under a scale that the weights themselves have. */
import {elementCount, type Tensor} from "../../tensor/tensor.js";
import {intElement} from "../element.js";
import type {Codebook, Format, Packed} from "../format.js";
import {levelsOfCodes} from "../grouped-levels.js";
import {forEachGroup, type Groups, multiplyByScale, requireFinite} from "../groups.js";
import {storedScale} from "../pack.js";
import {
  packScaled,
  readingOf,
  rowsOf,
  type SharedScale,
  scaleGroups,
  sharedScale,
  sharedScaleText,
  unpackScaled,
} from "../scaled.js";
import {meanMagnitudes, TERNARY_RULES, type TernaryRule, ternaryScales} from "./row-scale.js";

/** Parameters of binary weights: grouping and storage of the scale; a row has one of 32 bits unless told otherwise. */
export type BinaryOptions = Partial<SharedScale>;

/** Parameters of ternary weights. */
export interface TernaryOptions extends BinaryOptions {
  readonly rule?: TernaryRule;
}

/** Code 0 is -1 and code 1 is +1: a bit cannot say 0, which becomes +1. */
const SIGNS: Codebook = Object.freeze({bits: 1, values: Object.freeze([-1, 1])});
const TERNARY = intElement({bits: 2, range: "restricted"});

interface Quantized {
  readonly codes: Uint8Array;
  readonly scales: Float32Array;
}

interface Rule {
  readonly id: string;
  readonly title: string;
  readonly convention: string;
  readonly source: string;
  readonly codebook: Codebook;
  readonly shared: SharedScale;
  quantize(x: Tensor, groups: Groups, shared: SharedScale): Quantized;
}

/** The id without what is the default here: a scale of each row. */
const suffixOf = ({granularity, groupSize, axis, scaleType}: SharedScale): string =>
  [
    ...(granularity === "channel" ? [] : [granularity === "group" ? `g${groupSize}` : granularity]),
    ...(axis === -1 ? [] : [`axis${axis}`]),
    ...((scaleType === "f16") === (granularity === "group") ? [] : [scaleType]),
  ]
    .map((part) => `_${part}`)
    .join("");

function signFormat({id, title, convention, source, codebook, shared, quantize}: Rule): Format {
  const unpack = (packed: Packed) => unpackScaled(packed, codebook.bits, shared);
  return Object.freeze({
    id,
    title,
    family: "int",
    convention: `${convention}, ${sharedScaleText(shared)}`,
    source,
    blockSize: shared.granularity === "group" ? shared.groupSize : null,
    codebook,
    ...rowsOf(shared),
    ...readingOf(shared),
    encode(x: Tensor): Packed {
      requireFinite(id, x);
      return packScaled(
        id,
        x,
        codebook.bits,
        shared.scaleType,
        quantize(x, scaleGroups(x.shape, shared), shared),
      );
    },
    decode(packed: Packed): Tensor {
      const {groups, codes, scales} = unpack(packed);
      const data = Float32Array.from(codes, (code) => codebook.values[code]);
      multiplyByScale(data, groups, scales);
      return {shape: [...packed.shape], data};
    },
    levels: (packed: Packed) => {
      const {groups, codes, scales} = unpack(packed);
      return levelsOfCodes(packed.shape, groups, {codes, values: codebook.values, scales});
    },
  });
}

function toSigns(x: Tensor, groups: Groups, {scaleType}: SharedScale): Quantized {
  const codes = new Uint8Array(elementCount(x.shape));
  for (let i = 0; i < codes.length; i++) codes[i] = x.data[i] < 0 ? 0 : 1;
  const means = meanMagnitudes(x.data, groups);
  return {codes, scales: Float32Array.from(means, (mean) => storedScale(mean, scaleType))};
}

/**
 * Binary weights: the mean magnitude of a row times the sign of each weight, which is the nearest such matrix. A weight of 0
 * becomes +, in the authors' code 0. 1 bit, and a float32 scale for each row. (TBT, arXiv:2306.01841, section 3)
 * @throws RangeError if an option is out of range; encode does so for a NaN or infinity, naming the index.
 */
export function binary(options: BinaryOptions = {}): Format {
  const shared = sharedScale("binary", {granularity: "channel", ...options});
  return signFormat({
    id: `binary${suffixOf(shared)}`,
    title: "Binary",
    convention: "signs, scale mean |w|, sign(0) = +",
    source: "TBT, arXiv:2306.01841, section 3; XNOR-Net, arXiv:1603.05279",
    codebook: SIGNS,
    shared,
    quantize: toSigns,
  });
}

function toThree(rule: TernaryRule) {
  return (x: Tensor, groups: Groups, {scaleType}: SharedScale): Quantized => {
    const found = ternaryScales(x.data, groups, rule);
    const codes = new Uint8Array(elementCount(x.shape));
    forEachGroup(groups, (group, start, step, count) => {
      const {zeroTo} = found[group];
      for (let n = 0, i = start; n < count; n++, i += step) {
        // Two's complement of two bits.
        if (Math.abs(x.data[i]) > zeroTo) codes[i] = x.data[i] < 0 ? 3 : 1;
      }
    });
    return {codes, scales: Float32Array.from(found, ({scale}) => storedScale(scale, scaleType))};
  };
}

const ternaryTitles: Readonly<Record<TernaryRule, string>> = {
  "four-thirds": "Ternary",
  mean: "Ternary, scale of the mean",
  survivors: "Ternary, scale of the survivors",
};

const ternaryConventions: Readonly<Record<TernaryRule, string>> = {
  "four-thirds": "-1, 0, 1, scale 4/3 mean |w|, zero up to half of it",
  mean: "-1, 0, 1, scale mean |w|, zero up to half of it",
  survivors: "-1, 0, 1, zero up to 0.7 mean |w|, scale the mean of the others",
};

/**
 * Ternary weights: -1, 0 or 1 times a scale that statistics of the row give; see {@link TERNARY_RULES}. 2 bits, and a float32
 * scale for each row. (TBT, arXiv:2306.01841, section 3)
 * @throws RangeError if an option is out of range; encode does so for a NaN or infinity, naming the index.
 */
export function ternary({rule = "four-thirds", ...options}: TernaryOptions = {}): Format {
  if (!TERNARY_RULES.includes(rule)) {
    throw new RangeError(`ternary: rule must be one of ${TERNARY_RULES.join(", ")}, got ${rule}`);
  }
  const shared = sharedScale("ternary", {granularity: "channel", ...options});
  return signFormat({
    id: `ternary${rule === "four-thirds" ? "" : `_${rule}`}${suffixOf(shared)}`,
    title: ternaryTitles[rule],
    convention: ternaryConventions[rule],
    source: "TBT, arXiv:2306.01841, section 3; BitNet b1.58, arXiv:2402.17764; TWN, arXiv:1605.04711",
    codebook: TERNARY,
    shared,
    quantize: toThree(rule),
  });
}
