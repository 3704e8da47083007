import {cacheFormatById, cacheFormatParam, shareText, withFormat} from "../../engine/cache/cache-format.js";
import {wholeSession} from "../../engine/cache/session.js";
import {decoderSizes} from "../../engine/cache/sizes.js";
import {cacheTechnique, readWhole} from "../../engine/cache/technique.js";
import {formatById} from "../../formats/registry.js";
import {xkvBytes, xkvRanks} from "./xkv-bytes.js";
import {xkvCache} from "./xkv-cache.js";

const half = {keptKeys: 0.25};
const quarter = {keptKeys: 0.125};

/**
 * xKV: groups of layers share one low-rank basis, computed from the prompt. Groups of one layer are a decomposition
 * of each layer alone.
 */
export const xkv = cacheTechnique({
  id: "xkv",
  label: "xKV",
  source: "xKV, arXiv:2503.18893, section 4",
  family: "layers",
  params: {
    groupSize: {kind: "integer", label: "Layers of a group", min: 1, max: 128, default: 4},
    keptKeys: {
      kind: "number",
      label: "Components of keys for each layer, share of the width",
      help: "Values get half as many again; of a latent twice this share is kept.",
      min: 0,
      max: 1,
      default: 0.125,
    },
    format: cacheFormatParam,
  },
  needs: [],
  kindOf: ({groupSize, format}) =>
    format !== "fp16" ? "combined" : groupSize === 1 ? "fewer-channels" : "shared-layers",
  labelOf: ({groupSize, keptKeys, format}) =>
    withFormat(
      `${groupSize === 1 ? "single SVD" : `xKV-${groupSize}`} ${shareText(keptKeys)}`,
      formatById(format),
    ),
  inWords({groupSize, keptKeys}, sizes) {
    const {rankK, rankV} = xkvRanks(sizes, groupSize, keptKeys);
    return sizes.latent
      ? `${rankK} components of a group's latents`
      : `${rankK} and ${rankV} components of a group's keys and values`;
  },
  formulaOf: () => "groups · bytes of rankK + rankV numbers",
  comesBackOf: () => "Σ basis number of the token · factor of the channel, over the components",
  bytes: (sizes, tokens, {groupSize, keptKeys, format}) =>
    readWhole(xkvBytes(sizes, tokens, xkvRanks(sizes, groupSize, keptKeys), cacheFormatById(format).size)),
  open({decoder: {config}}, {groupSize, keptKeys, format: id}) {
    const {format} = cacheFormatById(id);
    const ranks = xkvRanks(decoderSizes(config), groupSize, keptKeys);
    return () => wholeSession(xkvCache(config, {...ranks, format, unpackOnce: true}));
  },
  lossless: {keptKeys: 1, format: "fp32"},
  parts: "agree",
  presets: [
    {id: "svd-half", params: {groupSize: 1, ...half}},
    {id: "svd-quarter", params: {groupSize: 1, ...quarter}},
    {id: "xkv2-half", params: {groupSize: 2, ...half}, isByChoice: true},
    {id: "xkv2-quarter", params: {groupSize: 2, ...quarter}},
    {id: "xkv4-half", params: half},
    {id: "xkv4-quarter", params: quarter},
    {id: "xkv4-half-int8", params: {...half, format: "int8"}},
    {id: "xkv4-half-int4", params: {...half, format: "int4"}},
  ],
  published: [
    {label: "SVD of each layer", params: {groupSize: 1}},
    {label: "xKV-2", params: {groupSize: 2}},
    {label: "xKV-4", params: {groupSize: 4}},
    {label: "xKV-4 in fp8", params: {groupSize: 4, format: "fp8_e4m3"}},
  ],
});
