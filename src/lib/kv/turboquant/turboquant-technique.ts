import {wholeTokenBytes} from "../../engine/cache/packed-size.js";
import {type PageRule, type Pages, pagedStore} from "../../engine/cache/paged-store.js";
import {wholeSession} from "../../engine/cache/session.js";
import {requireKeysAndValues} from "../../engine/cache/sizes.js";
import {concat, storedCache} from "../../engine/cache/stored-cache.js";
import type {Basis, Coding, Run} from "../../engine/cache/stored-kv.js";
import {cacheTechnique, readWhole} from "../../engine/cache/technique.js";
import type {DecoderWeights} from "../../engine/decoder/decoder-weights.js";
import {inverseOrder, permuteChannels} from "../../tensor/permute.js";
import {keySortOrder, keyStoreOrder} from "../ksort-bfp/ksort-bfp.js";
import {type TurboQuantOptions, type TurboQuantTerm, turboQuantBytes, turboQuantizer} from "./turboquant.js";

/**
 * Channels of a head with a norm and a rotation of their own: at a half bit the quarter with the largest numbers, at least
 * two, in one bit more, and the others. The paper's example, 32 of 128 channels in three bits and 96 in two, is printed as
 * 2.5 bits: so it is with the two norms, and 2.25 without. (arXiv:2504.19874, section 4.3)
 */
function partsOf(headDim: number, bits: number): {channels: number; bits: number}[] {
  const floor = Math.floor(bits);
  if (bits === floor) return [{channels: headDim, bits}];
  const large = Math.max(2, Math.round(headDim / 4));
  return [
    {channels: large, bits: floor + 1},
    {channels: headDim - large, bits: floor},
  ];
}

/** Packs a token's keys or values [kvHeads, headDim], the large channels of all heads before the others. */
function tokenRule(weights: DecoderWeights, isKeys: boolean, options: TurboQuantOptions): PageRule {
  const {layers, kvHeads, headDim} = weights.config;
  const parts = partsOf(headDim, options.bits);
  const quantizers = parts.map(({channels, bits}) => turboQuantizer(channels, {...options, bits}));
  const large = parts[0].channels;
  const order = Array.from({length: layers}, (_, layer) => largeFirst(weights, isKeys, layer, large));
  const back = order.map(inverseOrder);
  const terms = quantizers.flatMap(({terms}, part) =>
    terms.map((term) => ({term, part, coding: termCoding(term, parts[part].channels)})),
  );
  const bases = order.map((channels) =>
    terms.map(({term, part, coding}) => {
      const [from, end] = part === 0 ? [0, kvHeads * large] : [kvHeads * large, channels.length];
      return {term, coding, basis: termBasis(term, channels.subarray(from, end), kvHeads, headDim)};
    }),
  );
  return {
    pack(x, layer) {
      const ordered = permuteChannels(x, order[layer]);
      const halves = [ordered.subarray(0, kvHeads * large), ordered.subarray(kvHeads * large)];
      const packed = quantizers.map(({encode}, part) => encode(halves[part]));
      return {format: "turboquant", shape: [kvHeads, headDim], parts: Object.assign({}, ...packed)};
    },
    unpack({parts}, layer) {
      return permuteChannels(concat(quantizers.map(({decode}) => decode(parts))), back[layer]);
    },
    run: (layer, pages) =>
      summed(bases[layer].map(({term, coding, basis}) => termRun(term, coding, basis, pages))),
  };
}

/** A term as numbers of all heads, whose coordinates stand for some of a head's channels. */
function termBasis({matrix}: TurboQuantTerm, channels: Int32Array, kvHeads: number, headDim: number): Basis {
  const width = channels.length / kvHeads;
  const all = new Float32Array(kvHeads * headDim * width);
  channels.forEach((channel, at) => {
    const row = (at % width) * width;
    for (let w = 0; w < width; w++) all[channel * width + w] = matrix[row + w];
  });
  return {width, matrix: all};
}

function termCoding({bits, levels, parts}: TurboQuantTerm, line: number): Coding {
  const isScaled = parts.factors !== undefined;
  const coding = {bits, codebooks: [levels], groupSize: null, scales: "f16", line, pageTokens: 0} as const;
  return isScaled ? {...coding, hasFactors: true} : coding;
}

function termRun({parts}: TurboQuantTerm, coding: Coding, basis: Basis, {tokens, part}: Pages): Run {
  const [codes, scales] = [part(parts.codes), part(parts.scales)];
  const factors = parts.factors === undefined ? {} : {factors: part(parts.factors)};
  return {tokens, coding, basis, parts: {codes, scales, ...factors}};
}

/** Runs of the same tokens, of which all are added up. */
const summed = ([first, ...others]: readonly Run[]): Run =>
  others.length === 0 ? first : {...first, plus: summed(others)};

/**
 * A layer's channels, the `large` ones of each head before all others, by the norms of the rows of weights that make them:
 * the order is there before the first text. Pairs of keys' channels that the rotary embedding mixes stay together.
 */
function largeFirst({config, tensors}: DecoderWeights, isKeys: boolean, layer: number, large: number) {
  const {kvHeads, headDim} = config;
  const {data} = tensors.get(`model.layers.${layer}.self_attn.${isKeys ? "k" : "v"}_proj.weight`)!;
  const ranked = isKeys ? keyStoreOrder(data, kvHeads, headDim) : keySortOrder(data, kvHeads * headDim);
  const taken = new Array<number>(kvHeads).fill(0);
  const isLarge = (channel: number) => taken[Math.floor(channel / headDim)]++ < large;
  const first = ranked.filter(isLarge);
  return Int32Array.of(...first.sort(), ...ranked.filter((channel) => !first.includes(channel)).sort());
}

/** Every token, generated ones included, is quantized after a random rotation; keys after the rotary embedding. */
export const turboQuant = cacheTechnique({
  id: "turboquant",
  label: "TurboQuant",
  source: "TurboQuant, arXiv:2504.19874, section 3",
  family: "codebook",
  params: {
    bits: {
      kind: "choice",
      label: "Bits of a number",
      help: "At a half the quarter of a head's channels with the largest numbers has one more, and a norm of its own.",
      options: [2, 2.5, 3, 3.5, 4],
      default: 3.5,
    },
    keys: {
      kind: "choice",
      label: "Keys rounded for",
      help: "The least squared error; or products that are right on average, for one of the bits and another norm.",
      options: ["mse", "prod"],
      default: "mse",
    },
    rotation: {kind: "choice", label: "Rotation", options: ["orthogonal", "hadamard"], default: "orthogonal"},
    seed: {kind: "integer", label: "Seed of the rotation", min: 1, max: 1000, default: 1, advanced: true},
  },
  needs: [],
  kindOf: () => "fewer-bits",
  labelOf: ({bits, keys, rotation}) =>
    `TurboQuant ${bits} bit${keys === "prod" ? ", unbiased keys" : ""}${rotation === "hadamard" ? ", Hadamard" : ""}`,
  formulaOf: () => "2 · layers · kvHeads · (headDim · bits of a channel / 8 + 2 bytes a norm)",
  comesBackOf: () => "norm · Σ level of a coordinate · entry of the rotation, over the coordinates",
  bytes(sizes, tokens, {bits, keys}) {
    requireKeysAndValues("turboquant", sizes);
    const half = (objective: "mse" | "prod") =>
      wholeTokenBytes(sizes, tokens, (heads, headDim) =>
        partsOf(headDim, bits).reduce(
          (sum, {channels, bits}) => sum + turboQuantBytes(heads, channels, {bits, objective}) / 2,
          0,
        ),
      );
    return readWhole(half(keys) + half("mse"));
  },
  open({weights}, {keys, ...options}) {
    const rules = {
      keys: tokenRule(weights, true, {...options, objective: keys}),
      values: tokenRule(weights, false, {...options, objective: "mse"}),
    };
    return () => wholeSession(storedCache(pagedStore(weights.config, {...rules, unpackOnce: true})));
  },
  lossless: "Coordinates are rounded to at most 16 levels.",
  parts: "agree",
  presets: [
    {id: "turboquant-4", params: {bits: 4}},
    {id: "turboquant-3.5", params: {}},
    {id: "turboquant-3", params: {bits: 3}},
    {id: "turboquant-2.5", params: {bits: 2.5}},
    {id: "turboquant-2", params: {bits: 2}},
    {id: "turboquant-3.5-prod", params: {keys: "prod"}},
    {id: "turboquant-2.5-prod", params: {bits: 2.5, keys: "prod"}, isByChoice: true},
    {id: "turboquant-3.5-hadamard", params: {rotation: "hadamard"}, isByChoice: true},
  ],
  published: [
    {label: "TurboQuant 3.5", params: {}},
    {label: "TurboQuant 2.5", params: {bits: 2.5}},
  ],
});
