import {cacheFormatById, cacheFormatParam} from "../engine/cache/cache-format.js";
import {formatCache} from "../engine/cache/format-cache.js";
import {wholeTokenBytes} from "../engine/cache/packed-size.js";
import {wholeSession} from "../engine/cache/session.js";
import {cacheTechnique, readWhole} from "../engine/cache/technique.js";
import {formatById} from "../formats/registry.js";

/** Short names of formats whose ids are long. */
const LABELS: Readonly<Record<string, string>> = {
  nvfp4_single_level: "nvfp4, no tensor scale",
  razer_act: "razer",
};

/** Formats beside which a page has others that say nearly the same. */
const preset = (id: string, format = id) => ({id, params: {format}});
const byChoice = (id: string, format = id) => ({...preset(id, format), isByChoice: true}) as const;

/** Keys and values of every token in a number format, with scales for each head; in 16 bits the uncompressed cache. */
export const inFormat = cacheTechnique({
  id: "in-format",
  label: "Number format",
  source: "each format's own source",
  family: "baseline",
  params: {format: {...cacheFormatParam, label: "Number format"}},
  needs: [],
  kindOf: ({format}) => (format === "fp16" ? "baseline" : "fewer-bits"),
  labelOf: ({format}) => LABELS[format] ?? format,
  sourceOf: ({format}) => formatById(format).source,
  inWords({format}, {latent}) {
    if (format !== "fp16") return formatById(format).convention;
    return latent ? "latents as they are" : "as the model computes it";
  },
  formulaOf: () => "2 · layers · bytes of kvHeads rows of headDim numbers",
  comesBackOf: () => "level · scale of the block",
  rowFormat: ({format}) => formatById(format),
  bytes: (sizes, tokens, {format}) => readWhole(wholeTokenBytes(sizes, tokens, cacheFormatById(format).size)),
  open: ({decoder}, {format}) => {
    const keys = formatById(format);
    return () => wholeSession(formatCache(decoder.config, {keys, unpackOnce: true}));
  },
  lossless: {format: "fp32"},
  parts: "agree",
  presets: [
    preset("fp16"),
    preset("fp8", "fp8_e4m3"),
    preset("int8"),
    preset("int4"),
    byChoice("int4-asym", "int4_asym"),
    preset("int3"),
    preset("int2"),
    byChoice("nf4"),
    preset("mxfp4"),
    preset("nvfp4"),
    byChoice("nvfp4-untensored", "nvfp4_single_level"),
    preset("razer", "razer_act"),
  ],
  published: [
    {label: "fp16", params: {format: "fp16"}},
    {label: "fp8", params: {format: "fp8_e4m3"}},
  ],
});
