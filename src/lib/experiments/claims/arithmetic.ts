import {forward} from "../../engine/decoder/decoder.js";
import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusSeeds} from "../../evaluate/eval-texts.js";
import {scoreTokens} from "../../evaluate/token-scores.js";
import {type DataSets, experiment} from "../../experiment/experiment.js";
import {mean} from "../../stats/moments.js";
import {mixedElements} from "../accel/mixed-elements.js";
import {tableTiles} from "../accel/table-tiles.js";
import {multiplierChoice} from "../arithmetic/multipliers.js";
import {PICTURE_NETS} from "../arithmetic/picture-nets.js";
import {trainedFixedPoint} from "../arithmetic/trained-fixed-point.js";
import {trainedShifts} from "../arithmetic/trained-shifts.js";
import {decoderWeights} from "../shared/decoders.js";
import {COMPARED, lMulClaims, type ReplacedLosses, replacedKey} from "./arithmetic/l-mul.js";
import {lutTensorCoreClaims, type TileRows} from "./arithmetic/lut-tensor-core.js";
import {type MixedRows, mixpeClaims} from "./arithmetic/mixpe.js";
import {hardwareClaims} from "./arithmetic/others.js";
import {type TrainedRows, trainedClaims} from "./arithmetic/trained.js";
import {claimColumns} from "./claim.js";
import type {TextLosses} from "./evidence.js";
import {ledgerRows} from "./ledger-rows.js";

const DECODER = "weights/decoder-small";

/** All claims on products without a multiplier. */
export const arithmeticClaimList = [
  ...lMulClaims,
  ...trainedClaims,
  ...hardwareClaims,
  ...mixpeClaims,
  ...lutTensorCoreClaims,
];

/** Claims on products without a multiplier. */
export const arithmeticClaims = experiment({
  id: "claims/arithmetic",
  title: "Claims about products without a multiplier",
  question: "Which printed claims about products without a multiplier hold in a small model?",
  source: "the paper named in each row",
  params: {
    documents: {
      kind: "integer",
      label: "Documents for each of three seeds",
      help: "Of 128 tokens. More documents give narrower intervals.",
      min: 2,
      max: 16,
      default: 4,
    },
  },
  columns: claimColumns,
  needs: [DECODER, PICTURE_NETS],
  sweep: [{}],
  async run({documents}, {data, progress}) {
    const replaced = await ledgerRows(lMulClaims, await replacedLosses(data, documents, progress));
    const others = await ledgerRows(hardwareClaims, undefined);
    const circuits = await circuitRows(data);
    const judged = [
      await ledgerRows(trainedClaims, await trainedRows(data)),
      await ledgerRows(mixpeClaims, circuits),
      await ledgerRows(lutTensorCoreClaims, circuits),
    ];
    return [...replaced, ...others, ...judged.flat()];
  },
});

/** Small networks that were trained with powers of two, and in fixed point. */
async function trainedRows(data: Pick<DataSets, "get">): Promise<TrainedRows> {
  const tensors = data.get(PICTURE_NETS);
  if (tensors === undefined) throw new RangeError(`trainedRows: data must hold ${PICTURE_NETS}, got none`);
  const own = {data: new Map([[PICTURE_NETS, tensors]])};
  return {shifts: await trainedShifts.run({}, own), fixed: await trainedFixedPoint.run({}, own)};
}

/** Arrays of elements with the weights of the small decoder, and units for tiles. */
async function circuitRows(
  data: Pick<DataSets, "get">,
): Promise<{readonly mixed: MixedRows; readonly tiles: TileRows}> {
  const tensors = data.get(DECODER);
  if (tensors === undefined) throw new RangeError(`circuitRows: data must hold ${DECODER}, got none`);
  return {
    mixed: await mixedElements.run({model: "decoder-small"}, {data: new Map([[DECODER, tensors]])}),
    tiles: await tableTiles.run({}),
  };
}

/** Reads the documents of all evaluation seeds under every way to multiply that a claim compares. */
async function replacedLosses(
  data: Pick<DataSets, "get">,
  documents: number,
  tell: (share: number, what: string) => Promise<void>,
): Promise<ReplacedLosses> {
  const weights = decoderWeights("decoder-small", data);
  const base = await wasmBackend();
  const texts = corpusSeeds({documents}).flatMap((seed) => seed.texts);
  const found = new Map<string, TextLosses>();
  for (const [n, id] of COMPARED.entries()) {
    for (const reach of ["attention", "all"] as const) {
      await tell(n / COMPARED.length, `${id}, ${reach}`);
      const model = await decoderOf(weights, {backend: multiplierChoice(id, null).backend(base, reach)});
      const nll = Float64Array.from(texts, ({tokens}) => {
        const logits = forward(model, tokens.slice(0, -1));
        return -mean(Array.from(scoreTokens(logits, tokens.slice(1)).logProbs));
      });
      found.set(replacedKey(id, reach), {nll});
    }
  }
  return found;
}
