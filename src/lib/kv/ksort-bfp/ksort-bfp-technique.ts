import {type CacheFormat, cacheFormat} from "../../engine/cache/cache-format.js";
import {formatCache} from "../../engine/cache/format-cache.js";
import {wholeSession} from "../../engine/cache/session.js";
import {headsOf, heldTokens, requireKeysAndValues} from "../../engine/cache/sizes.js";
import {type CacheSetting, cacheTechnique, readWhole} from "../../engine/cache/technique.js";
import {type BlockFloatOptions, blockFloatFormat, keyStoreOrder} from "./ksort-bfp.js";

const formatOf = ({bits, blockSize}: Required<BlockFloatOptions>): CacheFormat =>
  cacheFormat(blockFloatFormat({bits, blockSize}));

/** Block floating point, with key channels sorted by K-sort or in their original order. */
export const ksortBfp = cacheTechnique({
  id: "ksort-bfp",
  label: "K-sort BFP",
  source: "arXiv:2403.20137, sections 2 and 3",
  family: "mx",
  params: {
    bits: {kind: "integer", label: "Bits of a mantissa", min: 2, max: 16, default: 4},
    blockSize: {kind: "integer", label: "Numbers that share an exponent", min: 1, max: 1024, default: 8},
    isSorted: {kind: "flag", label: "Keys in the order of their channels' size", default: true},
  },
  needs: [],
  kindOf: () => "fewer-bits",
  labelOf: ({bits, isSorted}) => `${isSorted ? "K-sort " : ""}BFP${bits}`,
  formulaOf: ({bits, blockSize}) => `2 · layers · width · (${bits} + 8 / ${blockSize}) / 8`,
  comesBackOf: () => "mantissa · 2^(E − bits + 2), E of the block",
  /** Blocks of keys run across heads, those of values do not. */
  bytes(sizes, tokens, options) {
    requireKeysAndValues("ksort-bfp", sizes);
    const {size} = formatOf(options);
    return readWhole(
      sizes.widths.reduce(
        (sum, width, layer) =>
          sum + heldTokens(sizes, layer, tokens) * (size(1, width) + size(...headsOf(sizes, width))),
        0,
      ),
    );
  },
  open(setting, options) {
    const {format} = formatOf(options);
    const keyOrder = options.isSorted ? sortedOrder(setting) : ownOrder(setting);
    return () =>
      wholeSession(formatCache(setting.decoder.config, {keys: format, keyOrder, unpackOnce: true}));
  },
  lossless: "A shared exponent rounds the smaller numbers of a block.",
  parts: "agree",
  presets: [
    {id: "bfp4", params: {isSorted: false}},
    {id: "ksort-bfp4", params: {}},
    {id: "ksort-bfp3", params: {bits: 3}, isByChoice: true},
  ],
});

/** For each layer, the order of channels by the size of their rows in W_k. */
function sortedOrder({weights, decoder: {config}}: CacheSetting): Int32Array[] {
  return Array.from({length: config.layers}, (_, layer) => {
    const {data} = weights.tensors.get(`model.layers.${layer}.self_attn.k_proj.weight`)!;
    return keyStoreOrder(data, config.kvHeads, config.headDim);
  });
}

function ownOrder({decoder: {config}}: CacheSetting): Int32Array[] {
  const order = Int32Array.from({length: config.kvHeads * config.headDim}, (_, channel) => channel);
  return Array.from({length: config.layers}, () => order);
}
