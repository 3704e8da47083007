import {type CacheChoice, longTextBytes} from "../../engine/cache/choices.js";
import {type CapturedKv, captureKv} from "../../engine/cache/kv-replacement.js";
import type {DecoderConfig} from "../../engine/decoder/config.js";
import {rotaryTable, rotate} from "../../engine/rope.js";
import {ropeFrequencies} from "../../engine/rope-scaling.js";
import {recordPrefill, replayPrefill} from "../../evaluate/recorded-prefill.js";
import {experiment} from "../../experiment/experiment.js";
import {unpackCodes} from "../../formats/pack.js";
import {openedDecoder, testTexts} from "../shared/decoder-texts.js";
import {DECODER_NEEDS, decoderWeights, modelParam, needsOfModel} from "../shared/decoders.js";
import {cacheNames} from "./cache-names.js";
import {cacheSetting, settingSizes} from "./cache-setting.js";
import {CACHES} from "./caches.js";

/** One of each kind, the first ones that a reader meets. */
const FIRST: readonly string[] = [
  "int8",
  "int4",
  "int2",
  "mxfp4",
  "nvfp4",
  "bfp4",
  "ksort-bfp4",
  "kivi-2",
  "per-token-2",
  "svd-quarter",
  "xkv4-quarter",
  "minicache",
  "cskv-quarter",
  "h2o-half",
];

const ORDERED = CACHES.ids.filter((id) => FIRST.includes(id));

/** The keys or values of one head of one token, number by number, as each cache gives them back. */
export const oneToken = experiment({
  id: "kv/one-token",
  title: "One token in every cache",
  question: "What does each technique make of the numbers that one token leaves in one head of one layer?",
  source: "each technique's own paper",
  params: {
    model: modelParam,
    side: {kind: "choice", label: "Of the token", options: ["keys", "values"], default: "keys"},
    layer: {
      kind: "integer",
      label: "Layer",
      help: "Past the last one it begins again at 0.",
      min: 0,
      max: 7,
      default: 2,
    },
    head: {
      kind: "integer",
      label: "Head",
      help: "Past the last one it begins again at 0.",
      min: 0,
      max: 3,
      default: 0,
    },
    token: {kind: "integer", label: "Token of a test document", min: 0, max: 63, default: 20},
    techniques: {
      kind: "choices",
      label: "Techniques",
      options: CACHES.ids,
      names: cacheNames(),
      default: ORDERED,
    },
  },
  columns: {
    technique: {type: "string", label: "Technique"},
    label: {type: "string", label: "Name"},
    family: {type: "string", label: "What it does"},
    comesBack: {type: "string", label: "How a number comes back"},
    channel: {type: "integer", label: "Channel"},
    value: {type: "number", label: "Computed by the model", provenance: "measured"},
    back: {type: "number", label: "Given back by the cache", provenance: "measured", nullable: true},
    level: {
      type: "number",
      label: "What its code stands for before scaling",
      provenance: "measured",
      nullable: true,
    },
    error: {
      type: "number",
      label: "Error of the head's numbers, relative",
      provenance: "measured",
      nullable: true,
    },
    keptLong: {
      type: "number",
      label: "Kept, of a long text",
      unit: "bytes per token",
      provenance: "modelled",
    },
  },
  needs: DECODER_NEEDS,
  needsOf: needsOfModel,
  sweep: [{}, {side: "values"}, {model: "decoder-small-outliers"}],
  async run({model, side, layer, head, token, techniques}, {data, progress}) {
    const decoder = await openedDecoder(model, data);
    const {layers, kvHeads, headDim, plans} = decoder.config;
    const setting = cacheSetting(decoderWeights(model, data), decoder);
    const [text] = testTexts(decoder.config, {seeds: [4242], documents: 1});
    const ids = text.tokens.slice(0, PREFILL);
    const prefill = recordPrefill(decoder, ids);
    const captured = captureKv(decoder, ids);
    const [at, g] = [layer % layers, head % kvHeads];
    const {frequencies} = ropeFrequencies(plans[at].mixer.rope!, PREFILL);
    const cellsOf = (x: Float32Array, row: number) =>
      x.slice((row * kvHeads + g) * headDim, (row * kvHeads + g + 1) * headDim);
    const rows: TokenRow[] = [];
    for (const [n, id] of techniques.entries()) {
      const choice = CACHES.byId(id);
      await progress(n / techniques.length, choice.label);
      const start = choice.open(setting);
      if (start === null) continue;
      const {cache, hooks} = start();
      replayPrefill(decoder, prefill, cache, hooks);
      cache.endPrompt?.();
      const kept = cache.read(at);
      const place = kept.positions.indexOf(token);
      const values = cellsOf((side === "keys" ? captured.rotatedKeys : captured.values)[at], token);
      // Attention rotates keys that are kept before rotary; they are rotated here too, to be compared.
      const rotated =
        side === "keys" && cache.unrotatedKeys
          ? rotate(kept.keys, kvHeads, rotaryTable(frequencies, kept.positions), kept.positions.length)
          : kept[side];
      const given = place < 0 ? null : cellsOf(rotated, place);
      // An evicting cache leaves zeros where this head has let go of what another holds.
      const back = given?.every((value) => value === 0) ? null : given;
      const levels = levelsOf(choice, captured, {at, side, token}, decoder.config);
      const {label, kind, comesBack} = choice;
      const keptLong = longTextBytes(choice, settingSizes(setting)).kept;
      values.forEach((value, channel) => {
        rows.push({
          technique: id,
          label,
          family: kind,
          comesBack,
          channel,
          value,
          back: back?.[channel] ?? null,
          level: levels?.[g * headDim + channel] ?? null,
          error: back && relativeError(values, back),
          keptLong,
          provenance: "measured" as const,
        });
      });
    }
    return rows;
  },
});

interface TokenRow {
  readonly technique: string;
  readonly label: string;
  readonly family: string;
  readonly comesBack: string;
  readonly channel: number;
  readonly value: number;
  readonly back: number | null;
  readonly level: number | null;
  readonly error: number | null;
  readonly keptLong: number;
  readonly provenance: "measured";
}

/** Tokens that are read before anybody looks: all windows are full by then. */
const PREFILL = 96;

function relativeError(x: Float32Array, y: Float32Array): number {
  const squares = (of: (i: number) => number) => x.reduce((sum, _, i) => sum + of(i) ** 2, 0);
  return Math.sqrt(squares((i) => y[i] - x[i]) / squares((i) => x[i]));
}

/** Values of the codes of a token, where each is a level times a scale and nothing else. */
function levelsOf(
  {format}: CacheChoice,
  captured: CapturedKv,
  {at, side, token}: {readonly at: number; readonly side: "keys" | "values"; readonly token: number},
  {kvHeads, headDim}: DecoderConfig,
): number[] | null {
  if (format === undefined || format.codebook.values.length === 0 || format.family === "razer") return null;
  const width = kvHeads * headDim;
  const x = (side === "keys" ? captured.rotatedKeys : captured.values)[at];
  const data = x.slice(token * width, (token + 1) * width);
  const {parts} = format.encode({shape: [kvHeads, headDim], data});
  if (parts.zeroPoints !== undefined) return null;
  const {bits, values} = format.codebook;
  return Array.from(unpackCodes(parts.codes, bits, width), (code) => values[code]);
}
