import {experiment, type TensorSet} from "../../experiment/experiment.js";
import {largest, smallest} from "../../stats/extent.js";
import {studentInterval} from "../../stats/interval.js";
import {estimateDifference, mean} from "../../stats/moments.js";
import {ends, fewMean, meanOverSeeds, numbersAt, seedsOf, TRAINING_RUNS} from "./measured-training.js";

/** Ways to round the products of training, as the runs have them; the first is the baseline. */
export const TRAINING_RECIPES = [
  {id: "bf16", name: "BF16", forward: "BF16", backward: "BF16", bits: 16},
  {
    id: "fp8",
    name: "FP8",
    forward: "E4M3, scale of the tensor",
    backward: "E5M2, scale of the tensor",
    bits: 8,
  },
  {id: "mxfp4", name: "MXFP4", forward: "nearest", backward: "nearest", bits: 4},
  {
    id: "mxfp4-stochastic",
    name: "MXFP4, stochastic backward",
    forward: "nearest",
    backward: "stochastic",
    bits: 4,
  },
  {id: "quest-nearest", name: "Quartet, nearest backward", forward: "QuEST", backward: "nearest", bits: 4},
  {id: "quartet", name: "Quartet", forward: "QuEST", backward: "stochastic", bits: 4},
  {
    id: "quartet-floor",
    name: "Quartet, scales rounded down",
    forward: "QuEST, power below",
    backward: "stochastic",
    bits: 4,
  },
] as const;

/** Lengths of training: 11 tokens for each weight of the layers, and 200. */
export const TRAINING_LENGTHS = ["short", "long"] as const;

type Recipe = (typeof TRAINING_RECIPES)[number];

/** Loss over the tokens read: the mean of the seeds, the least and the largest. */
function curveRows(runs: TensorSet, length: string, {id, name, bits}: Recipe) {
  const seeds = seedsOf(runs, `${length}/${id}`, "curve").map((seed) =>
    numbersAt(runs, `${length}/${id}/${seed}/curve`),
  );
  if (seeds.length === 0) return [];
  return Array.from({length: seeds[0].length / 2}, (_, i) => {
    const losses = seeds.map((curve) => curve[2 * i + 1]);
    return {
      length,
      recipe: id,
      name,
      bits,
      tokens: seeds[0][2 * i],
      loss: mean(losses),
      lossLow: smallest(losses),
      lossHigh: largest(losses),
      seeds: seeds.length,
      provenance: "measured" as const,
    };
  });
}

/** Final loss, and by how much it is above the baseline's: paired by seed, and by document over all seeds. */
function endRow(runs: TensorSet, length: string, {id, name, forward, backward, bits}: Recipe) {
  const documentsOf = (recipe: string) =>
    seedsOf(runs, `${length}/${recipe}`, "documents").map((seed) =>
      numbersAt(runs, `${length}/${recipe}/${seed}/documents`),
    );
  const [own, base] = [documentsOf(id), documentsOf("bf16")];
  if (own.length === 0) return [];
  const bySeed = fewMean(own.map((losses, i) => mean(losses) - mean(base[i])));
  const [mine, others] = [meanOverSeeds(own), meanOverSeeds(base)];
  const byDocument = ends(studentInterval(estimateDifference(mine, others), mine.length));
  return [
    {
      length,
      recipe: id,
      name,
      forward,
      backward,
      bits,
      seeds: own.length,
      documents: mine.length,
      loss: mean(mine),
      above: bySeed.value,
      seedsLow: bySeed.low,
      seedsHigh: bySeed.high,
      documentsLow: byDocument.low,
      documentsHigh: byDocument.high,
      provenance: "measured" as const,
    },
  ];
}

const nats = {unit: "nats per token", provenance: "measured"} as const;
const end = <const L extends string>(label: L) => ({type: "number", label, nullable: true, ...nats}) as const;

/** One small decoder trained with products in 16, 8 and four bits. */
export const fourBitTraining = experiment({
  id: "formats/four-bit-training",
  title: "Training in four bits",
  question: "What does a decoder lose that is trained with products of four bits, forwards and backwards?",
  source: "Quartet, arXiv:2505.14669; its runs here are those of training/train_four_bits.py",
  params: {
    length: {
      kind: "choice",
      label: "Length of training",
      help: "short: 11 tokens for each weight of the layers, three seeds. long: a smaller decoder and about 200.",
      options: TRAINING_LENGTHS,
      default: "short",
    },
  },
  columns: {
    length: {type: "string", label: "Length of training"},
    recipe: {type: "string", label: "Id"},
    name: {type: "string", label: "Products"},
    bits: {type: "integer", label: "Bits of a product's inputs"},
    tokens: {type: "number", label: "Tokens read", provenance: "measured"},
    loss: {type: "number", label: "Validation loss, mean of the seeds", ...nats},
    lossLow: {type: "number", label: "Validation loss, least of the seeds", ...nats},
    lossHigh: {type: "number", label: "Validation loss, largest of the seeds", ...nats},
    seeds: {type: "integer", label: "Seeds"},
  },
  tables: {
    end: {
      length: {type: "string", label: "Length of training"},
      recipe: {type: "string", label: "Id"},
      name: {type: "string", label: "Products"},
      forward: {type: "string", label: "Rounding forwards"},
      backward: {type: "string", label: "Rounding of the gradient's products"},
      bits: {type: "integer", label: "Bits of a product's inputs"},
      seeds: {type: "integer", label: "Seeds"},
      documents: {type: "integer", label: "Validation documents"},
      loss: {type: "number", label: "Final validation loss", ...nats},
      above: {type: "number", label: "Loss above BF16's, paired", ...nats},
      seedsLow: end("Loss above BF16's, lower end of 95 % over seeds"),
      seedsHigh: end("Loss above BF16's, upper end of 95 % over seeds"),
      documentsLow: end("Loss above BF16's, lower end of 95 % over documents"),
      documentsHigh: end("Loss above BF16's, upper end of 95 % over documents"),
    },
  },
  needs: [TRAINING_RUNS],
  sweep: TRAINING_LENGTHS.map((length) => ({length})),
  async run({length}, {data}) {
    const runs = data.get(TRAINING_RUNS);
    return {
      rows: TRAINING_RECIPES.flatMap((recipe) => curveRows(runs, length, recipe)),
      end: TRAINING_RECIPES.flatMap((recipe) => endRow(runs, length, recipe)),
    };
  },
});
