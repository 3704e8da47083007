import {
  type LevelNet,
  levelClassifier,
  plainProduct,
  shiftedProduct,
} from "../../arithmetic/picture-net/level-net.js";
import {NET_LAYERS, NET_PRODUCTS, namedClass} from "../../arithmetic/picture-net/net-shape.js";
import {experiment} from "../../experiment/experiment.js";
import {mean} from "../../stats/moments.js";
import {
  LEVEL_RUNS,
  LEVEL_WAYS,
  type LevelRun,
  levelNetOf,
  levelRunName,
  PICTURE_NETS,
  type SmallPicture,
  smallPictures,
  TRAINED_SEEDS,
} from "./picture-nets.js";
import {rightCells, rightColumns} from "./seed-shares.js";

/** Pictures of each network whose products are made both ways. */
const COMPARED = 8;

/** Multiplications that are left where no weight needs one: a factor for every output. */
const FACTORS = NET_LAYERS.reduce((sum, {outputs, positions}) => sum + outputs * positions, 0);

const isOfPowers = ({way}: LevelRun): boolean => way !== "int" && way !== "float";

function shareRight(net: LevelNet, pictures: readonly SmallPicture[]): number {
  const logits = levelClassifier(net, plainProduct);
  return mean(pictures.map(({pixels, label}) => (namedClass(logits(pixels)) === label ? 1 : 0)));
}

/** Share of logits that additions to exponents give to the last bit. */
function shareIdentical(net: LevelNet, pictures: readonly SmallPicture[]): number {
  const [plain, shifted] = [plainProduct, shiftedProduct].map((product) => levelClassifier(net, product));
  return mean(
    pictures.slice(0, COMPARED).flatMap(({pixels}) => {
      const own = shifted(pixels);
      return Array.from(plain(pixels), (logit, c) => (Object.is(logit, own[c]) ? 1 : 0));
    }),
  );
}

/** A small classifier of pictures trained with weights of few bits, run by this library. */
export const trainedShifts = experiment({
  id: "arithmetic/trained-shifts",
  title: "Trained with powers of two",
  question:
    "Which weights of few bits does a network learn best with: powers of two, with a zero or without, or integers?",
  source: "DenseShift, arXiv:2208.09708; trained by training/train_shifts.py",
  params: {
    pictures: {
      kind: "integer",
      label: "Test pictures",
      min: 8,
      max: 4096,
      default: 512,
      log: true,
      advanced: true,
    },
  },
  columns: {
    way: {type: "string", label: "Id"},
    name: {type: "string", label: "Weights"},
    family: {type: "string", label: "Family"},
    bits: {type: "integer", label: "Bits of a weight"},
    sigma: {type: "number", label: "Deviation of DenseShift's latents at the start"},
    ...rightColumns,
    identical: {
      type: "number",
      label: "Logits that additions to exponents give to the last bit",
      provenance: "measured",
      nullable: true,
    },
    multiplications: {type: "integer", label: "Multiplications of a picture"},
  },
  needs: [PICTURE_NETS],
  sweep: [{}],
  async run({pictures: count}, {data, progress}) {
    const tensors = data.get(PICTURE_NETS);
    const pictures = smallPictures("test", count);
    const rows = [];
    for (const [n, run] of LEVEL_RUNS.entries()) {
      await progress(n / LEVEL_RUNS.length, levelRunName(run));
      const nets = TRAINED_SEEDS.map((seed) => levelNetOf(tensors, run, seed));
      const shares = nets.map((net) => shareRight(net, pictures));
      rows.push({
        ...run,
        bits: run.way === "float" ? 32 : run.bits,
        name: levelRunName(run),
        family: LEVEL_WAYS.find(({id}) => id === run.way)!.family,
        ...rightCells(shares, count),
        identical: isOfPowers(run) ? mean(nets.map((net) => shareIdentical(net, pictures))) : null,
        multiplications: FACTORS + (isOfPowers(run) ? 0 : NET_PRODUCTS),
        provenance: "measured" as const,
      });
    }
    return rows;
  },
});
