import {orderedBackend} from "../../arithmetic/sums/ordered-backend.js";
import {type SumOrder, sumOrders} from "../../arithmetic/sums/orders.js";
import {type SumPrecision, sumPrecisions} from "../../arithmetic/sums/precision.js";
import {type DecoderWeights, decoderOf} from "../../engine/decoder/decoder-weights.js";
import {greedy} from "../../engine/generate.js";
import {experiment} from "../../experiment/experiment.js";
import {mean} from "../../stats/moments.js";
import {sortedQuantile} from "../../stats/quantile.js";
import {testTexts} from "../shared/decoder-texts.js";
import {decoderWeights, SMALL_DECODERS} from "../shared/decoders.js";

/** Tokens of a document that are read before the model writes. */
const PROMPT = 24;

interface Written {
  readonly tokens: readonly number[];
  /** Logit of the likeliest token above that of the next, before each token. */
  readonly gaps: readonly number[];
}

interface Way {
  readonly order: SumOrder;
  readonly texts: readonly Written[];
}

function gapOf(logits: Float32Array): number {
  let [first, second] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const logit of logits) {
    if (logit > first) [first, second] = [logit, first];
    else if (logit > second) second = logit;
  }
  return first - second;
}

async function written(
  weights: DecoderWeights,
  way: {readonly order: SumOrder; readonly precision: SumPrecision},
  prompts: readonly (readonly number[])[],
  tokens: number,
): Promise<Written[]> {
  const decoder = await decoderOf(weights, {backend: orderedBackend(way.order, way.precision)});
  const {vocabSize} = weights.config;
  return prompts.map((ids) => {
    const found = greedy(decoder, ids, tokens);
    const before = [found.promptLogits.subarray(-vocabSize), ...found.logits.slice(0, -1)];
    return {tokens: found.tokens, gaps: before.map(gapOf)};
  });
}

/** Place of the first token in which two texts differ; null where they are the same. */
function firstDifferent(a: Written, b: Written): number | null {
  const at = a.tokens.findIndex((token, i) => token !== b.tokens[i]);
  return at < 0 ? null : at;
}

/** Of all pairs of orders and texts, those that are still the same before each token. */
function survival(ways: readonly Way[], tokens: number): number[] {
  const places = ways.flatMap((a, i) =>
    ways.slice(i + 1).flatMap((b) => a.texts.map((text, t) => firstDifferent(text, b.texts[t]) ?? tokens)),
  );
  return Array.from({length: tokens + 1}, (_, n) => mean(places.map((place) => Number(place >= n))));
}

/** One tree stands for all of its workers among the orders. */
const withOneTree = (order: SumOrder): boolean => !order.id.startsWith("tree") || order.id === "tree-1";

const promptsOf = ({config}: DecoderWeights, documents: number): (readonly number[])[] =>
  testTexts(config, {seeds: [4242], documents}).map((text) => text.tokens.slice(0, PROMPT));

/** Share of pairs of orders, one tree among them, whose texts differ in a precision. */
export async function differingShare(
  weights: DecoderWeights,
  precision: SumPrecision,
  {texts, tokens}: {readonly texts: number; readonly tokens: number},
): Promise<number> {
  const prompts = promptsOf(weights, texts);
  const ways: Way[] = [];
  for (const order of sumOrders.filter(withOneTree)) {
    ways.push({order, texts: await written(weights, {order, precision}, prompts, tokens)});
  }
  return 1 - survival(ways, tokens)[tokens];
}

const isTree = ({order: {id}}: Way) => id.startsWith("tree");

/** Median gap of the likeliest token where a text first differs from that of sums in turn, and of all others. */
function gapsAt(ways: readonly Way[]) {
  const [base, ...others] = ways;
  const flips = others.flatMap(({texts}) =>
    texts.flatMap((text, t) => {
      const at = firstDifferent(text, base.texts[t]);
      return at === null ? [] : [base.texts[t].gaps[at]];
    }),
  );
  const all = base.texts.flatMap(({gaps}) => gaps);
  const median = (values: readonly number[]) =>
    values.length === 0 ? null : sortedQuantile(Float64Array.from(values).sort(), 0.5);
  return {flipGap: median(flips), gap: median(all)};
}

const KINDS = {orders: "all orders", tree: "one tree, 1 and 8 workers"} as const;

/** Texts of one decoder whose sums are taken in other orders, in several precisions. */
export const orderOfSums = experiment({
  id: "decoding/order-of-sums",
  title: "The order of sums",
  question: "When does a decoder write another text because its sums are added in another order?",
  source: "LayerCast, arXiv:2506.09501; TBIK in its released code",
  params: {
    model: {kind: "choice", label: "Model", options: SMALL_DECODERS, default: "decoder-small"},
    texts: {
      kind: "integer",
      label: "Texts",
      help: `Test documents, of which ${PROMPT} tokens are read.`,
      min: 1,
      max: 16,
      default: 4,
    },
    tokens: {kind: "integer", label: "Tokens written", min: 4, max: 64, default: 40},
  },
  columns: {
    model: {type: "string", label: "Model"},
    precision: {type: "string", label: "Id of the precision"},
    name: {type: "string", label: "Precision"},
    orders: {type: "string", label: "Orders that are compared"},
    token: {type: "integer", label: "Tokens written"},
    same: {type: "number", label: "Share of pairs that are the same so far", provenance: "measured"},
    pairs: {type: "integer", label: "Pairs of texts"},
  },
  tables: {
    precisions: {
      model: {type: "string", label: "Model"},
      precision: {type: "string", label: "Id of the precision"},
      name: {type: "string", label: "Precision"},
      weightBytes: {type: "number", label: "Weights of the products", unit: "bytes", provenance: "measured"},
      differs: {type: "number", label: "Share of pairs of orders whose texts differ", provenance: "measured"},
      differsInTree: {
        type: "number",
        label: "The same between one tree of 1 and of 8 workers",
        provenance: "measured",
      },
      flipGap: {
        type: "number",
        label: "Gap of the two likeliest logits where a text first differs, median",
        provenance: "measured",
        nullable: true,
      },
      gap: {
        type: "number",
        label: "Gap of the two likeliest logits, median",
        provenance: "measured",
        nullable: true,
      },
    },
  },
  needs: SMALL_DECODERS.map((id) => `weights/${id}` as const),
  needsOf: ({model}) => [`weights/${model}`],
  sweep: [{}],
  async run({model, texts, tokens}, {data, progress}) {
    const weights = decoderWeights(model, data);
    const prompts = promptsOf(weights, texts);
    const elements = [...weights.tensors.values()].reduce(
      (sum, {shape, data: {length}}) => (shape.length > 1 ? sum + length : sum),
      0,
    );
    const [rows, precisions] = [[], []] as [RowOf[], SummaryOf[]];
    for (const [index, precision] of sumPrecisions.entries()) {
      const ways: Way[] = [];
      for (const [i, order] of sumOrders.entries()) {
        await progress(
          (index + i / sumOrders.length) / sumPrecisions.length,
          `${precision.name}, ${order.name}`,
        );
        ways.push({order, texts: await written(weights, {order, precision}, prompts, tokens)});
      }
      const groups = {
        orders: ways.filter(({order}) => withOneTree(order)),
        tree: ways.filter(isTree),
      };
      const key = {model, precision: precision.id, name: precision.name};
      const curves = {orders: survival(groups.orders, tokens), tree: survival(groups.tree, tokens)};
      for (const kind of ["orders", "tree"] as const) {
        const count = (groups[kind].length * (groups[kind].length - 1) * prompts.length) / 2;
        curves[kind].forEach((same, token) => {
          rows.push({...key, orders: KINDS[kind], token, same, pairs: count, provenance: "measured"});
        });
      }
      precisions.push({
        ...key,
        weightBytes: elements * precision.bytes,
        differs: 1 - curves.orders[tokens],
        differsInTree: 1 - curves.tree[tokens],
        ...gapsAt(groups.orders),
        provenance: "measured",
      });
    }
    return {rows, precisions};
  },
});

interface RowOf {
  readonly model: string;
  readonly precision: string;
  readonly name: string;
  readonly orders: string;
  readonly token: number;
  readonly same: number;
  readonly pairs: number;
  readonly provenance: "measured";
}

interface SummaryOf {
  readonly model: string;
  readonly precision: string;
  readonly name: string;
  readonly weightBytes: number;
  readonly differs: number;
  readonly differsInTree: number;
  readonly flipGap: number | null;
  readonly gap: number | null;
  readonly provenance: "measured";
}
