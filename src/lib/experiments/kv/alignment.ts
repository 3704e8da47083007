import {captureKv} from "../../engine/cache/kv-replacement.js";
import {experiment} from "../../experiment/experiment.js";
import {linearCka, meanRowCosine, subspaceOverlap} from "../../kv/alignment.js";
import {openedDecoder, testTexts} from "../shared/decoder-texts.js";
import {DECODER_IDS, DECODER_NEEDS, modelParam, needsOfModel} from "../shared/decoders.js";

/** Likeness of layers: row by row, which merging needs, and in the directions of their tokens, which sharing needs. */
export const alignment = experiment({
  id: "kv/alignment",
  title: "Alignment of layers",
  question: "Are the keys and values of two layers alike, or only made of the same directions?",
  source: "xKV, arXiv:2503.18893, section 3; linear CKA, arXiv:1905.00414, section 3",
  params: {
    model: modelParam,
    rank: {
      kind: "integer",
      label: "Strongest directions compared",
      min: 1,
      max: 32,
      default: 8,
      advanced: true,
    },
    documents: {
      kind: "integer",
      label: "Documents",
      help: "Of the model's full context, from the test split; numbers are means over them.",
      min: 1,
      max: 16,
      default: 2,
      advanced: true,
    },
  },
  columns: {
    model: {type: "string", label: "Model"},
    side: {type: "string", label: "Of"},
    layer: {type: "integer", label: "Layer"},
    other: {type: "integer", label: "Other layer"},
    cosine: {type: "number", label: "Mean cosine of a token's two rows", provenance: "measured"},
    overlap: {type: "number", label: "Overlap of the strongest directions", provenance: "measured"},
    chance: {type: "number", label: "Overlap by chance", provenance: "modelled"},
    cka: {type: "number", label: "Linear CKA", provenance: "measured"},
  },
  needs: DECODER_NEEDS,
  needsOf: needsOfModel,
  sweep: DECODER_IDS.filter((id) => id !== "decoder-small-outliers").map((model) => ({model})),
  async run({model, rank, documents}, {data, progress}) {
    const decoder = await openedDecoder(model, data);
    const {layers, kvHeads, headDim} = decoder.config;
    const width = kvHeads * headDim;
    const texts = testTexts(decoder.config, {seeds: [4242], documents});
    const captured = texts.map(({tokens}) => captureKv(decoder, tokens.slice(0, -1)));
    const pairs = pairsOf(layers);
    const rows = [];
    for (const [n, {side, layer, other}] of pairs.entries()) {
      await progress(n / pairs.length, `${side} of layers ${layer} and ${other}`);
      const mean = (measure: (x: Float32Array, y: Float32Array) => number) =>
        captured.reduce((sum, kv) => sum + measure(kv[side][layer], kv[side][other]), 0) / documents;
      rows.push({
        model,
        side,
        layer,
        other,
        cosine: mean((x, y) => meanRowCosine(x, y, width)),
        overlap: mean((x, y) => subspaceOverlap(x, y, width, rank)),
        chance: rank / decoder.config.maxPositions,
        cka: mean((x, y) => linearCka(x, y, width)),
        provenance: "measured" as const,
      });
    }
    return rows;
  },
});

function pairsOf(layers: number) {
  return (["keys", "values"] as const).flatMap((side) =>
    Array.from({length: layers}, (_, layer) =>
      Array.from({length: layers - layer - 1}, (_, i) => ({side, layer, other: layer + 1 + i})),
    ).flat(),
  );
}
