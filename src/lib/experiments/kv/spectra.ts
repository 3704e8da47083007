import {type CapturedKv, captureKv} from "../../engine/cache/kv-replacement.js";
import {experiment} from "../../experiment/experiment.js";
import {xkvGroups, xkvSvd} from "../../kv/xkv/xkv.js";
import {randomStream, shuffled} from "../../tensor/random.js";
import {openedDecoder, testTexts} from "../shared/decoder-texts.js";
import {DECODER_IDS, DECODER_NEEDS, modelParam, needsOfModel} from "../shared/decoders.js";

/** Tensors that are decomposed; xKV takes keys before rotary. */
const SIDES = {keys: "keys", "rotated keys": "rotatedKeys", values: "values"} as const satisfies Record<
  string,
  keyof CapturedKv
>;
type Side = keyof typeof SIDES;

/**
 * Tokens as the text has them, or each layer's in an order of its own: that keeps every layer's spectrum and leaves layers
 * nothing in common, so what a group still saves then it saves only because a short text has few tokens.
 */
export const ORDERS = ["text", "shuffled"] as const;
type Order = (typeof ORDERS)[number];

/** Layers to a group; those that a model has not are left out. */
export const GROUP_SIZES = [1, 2, 4, 8] as const;

/** Numbers of directions of tokens that single layers and groups of layers really use. */
export const spectra = experiment({
  id: "kv/spectra",
  title: "Spectra of keys and values",
  question: "How many directions of tokens do layers need alone, and how many do they need together?",
  source: "xKV, arXiv:2503.18893, section 3",
  params: {
    model: modelParam,
    documents: {
      kind: "integer",
      label: "Documents",
      help: "Of the model's full context, from the test split; shares are means over them.",
      min: 1,
      max: 16,
      default: 1,
      advanced: true,
    },
  },
  columns: {
    model: {type: "string", label: "Model"},
    side: {type: "string", label: "Of"},
    groupSize: {type: "integer", label: "Layers of a group"},
    order: {type: "string", label: "Order of tokens"},
    first: {type: "integer", label: "First layer of the group"},
    component: {type: "integer", label: "Component"},
    kept: {
      type: "number",
      label: "Share of the squared length up to this component",
      provenance: "measured",
    },
  },
  needs: DECODER_NEEDS,
  needsOf: needsOfModel,
  sweep: DECODER_IDS.filter((id) => id !== "decoder-small-outliers").map((model) => ({model})),
  async run({model, documents}, {data, progress}) {
    const decoder = await openedDecoder(model, data);
    const {layers, kvHeads, headDim} = decoder.config;
    const width = kvHeads * headDim;
    const groups = groupsOf(layers);
    const sums = groups.map(() => new Float64Array(0));
    for (const [n, {tokens}] of testTexts(decoder.config, {seeds: [4242], documents}).entries()) {
      const captured = captureKv(decoder, tokens.slice(0, -1));
      for (const [at, {side, order, members}] of groups.entries()) {
        await progress((n + at / groups.length) / documents, `${side}, layers ${members.join(", ")}`);
        const matrices = members.map((layer) => {
          const x = captured[SIDES[side]][layer];
          return order === "text" ? x : shuffledRows(x, width, layer);
        });
        const {s} = xkvSvd(matrices, width, members.length * width);
        const total = s.reduce((sum, value) => sum + value * value, 0);
        const shares = s.map((value) => (value * value) / total / documents);
        sums[at] = shares.map((share, i) => share + (sums[at][i] ?? 0));
      }
    }
    return groups.flatMap(({side, groupSize, order, members}, at) => {
      let kept = 0;
      const rows = Array.from(sums[at], (share, i) => {
        kept += share;
        return {
          model,
          side,
          groupSize,
          order,
          first: members[0],
          component: i + 1,
          kept,
          provenance: "measured" as const,
        };
      });
      // The control is only compared where groups of all sizes have a point.
      return order === "text" ? rows : rows.filter(({component}) => component % groupSize === 0);
    });
  },
});

interface Group {
  readonly side: Side;
  readonly groupSize: number;
  readonly order: Order;
  readonly members: readonly number[];
}

/** Every group of every size, and beside groups of several layers the same with shuffled tokens. */
function groupsOf(layers: number): Group[] {
  const sizes = GROUP_SIZES.filter((groupSize) => groupSize <= layers);
  return (["keys", "rotated keys", "values"] as const).flatMap((side) =>
    sizes
      // Rotary is looked at in single layers: it spreads what is concentrated there already.
      .filter((groupSize) => side !== "rotated keys" || groupSize === 1)
      .flatMap((groupSize) =>
        ORDERS.slice(0, groupSize === 1 ? 1 : 2).flatMap((order) =>
          xkvGroups(0, layers - 1, groupSize).map((members) => ({side, groupSize, order, members})),
        ),
      ),
  );
}

function shuffledRows(x: Float32Array, width: number, layer: number): Float32Array {
  const rows = Array.from({length: x.length / width}, (_, row) => row);
  const order = shuffled(rows, randomStream(layer, "order of tokens"));
  return x.map((_, i) => x[order[Math.floor(i / width)] * width + (i % width)]);
}
