import {evolveLevels} from "../../accel/sparse/evolve-levels.js";
import {
  choiceMacs,
  erkChoice,
  greedyChoice,
  type LevelChoice,
  type LevelSpace,
  uniformChoice,
} from "../../accel/sparse/level-search.js";
import {type VisionMamba, wholeScan} from "../../engine/vision/vision-mamba.js";
import {experiment, type TensorSet} from "../../experiment/experiment.js";
import {mean} from "../../stats/moments.js";
import {pairedShare, wilson} from "../../stats/shares.js";
import {PICTURE_SIZE, type Picture} from "../../tasks/pictures/picture.js";
import {randomStream} from "../../tensor/random.js";
import {pictureColumns} from "../shared/picture-columns.js";
import {
  countRight,
  type KeptPicture,
  keptPicture,
  meanLoss,
  PICTURE_MODEL,
  pictureModel,
  pictures,
  type Reading,
  readAgain,
} from "../shared/picture-model.js";
import {LEVELS, linearShapes, pictureSpace, SPARSE_LINEARS, sparseModels} from "./sparse-pictures.js";

const MOST_SEEDS = 3;
const DENSE = LEVELS.length - 1;
const UNIFORM = LEVELS.slice(0, DENSE).map(([n, m]) => `${n}:${m}`);

/** Levels N:M chosen for each linear of the picture model, by four ways, at the work of one level for all. */
export const elsaAccuracy = experiment({
  id: "accel/elsa-accuracy",
  title: "A level N:M for every linear",
  question:
    "How much accuracy does a choice of N:M for each linear save over one level for all at the same work?",
  source: "ELSA, arXiv:2409.09708",
  params: {
    level: {
      kind: "choice",
      label: "Work: that of one level for all",
      help: "Multiplications of the linears with this level in all of them are the bound of every way.",
      options: UNIFORM,
      default: "2:4",
    },
    seeds: {
      kind: "integer",
      label: "Seeds",
      help: "Each has calibration and test pictures of its own.",
      min: 1,
      max: MOST_SEEDS,
      default: MOST_SEEDS,
      advanced: true,
    },
    calibration: {
      kind: "integer",
      label: "Calibration pictures for each seed",
      help: "Levels are chosen by the loss on them.",
      min: 2,
      max: 48,
      default: 12,
      advanced: true,
    },
    pictures: {
      kind: "integer",
      label: "Test pictures for each seed",
      help: "More pictures give narrower intervals.",
      min: 4,
      max: 128,
      default: 48,
      advanced: true,
    },
  },
  columns: {
    level: {type: "string", label: "Level for all"},
    way: {type: "string", label: "Way to choose"},
    seed: {type: "string", label: "Seed of calibration and test pictures"},
    work: {type: "number", label: "Multiplications of the linears over dense", provenance: "modelled"},
    ...pictureColumns("one level for all"),
    evaluations: {type: "integer", label: "Choices or levels whose loss was measured for one seed"},
    pictures: {type: "integer", label: "Pictures"},
  },
  tables: {
    levels: {
      level: {type: "string", label: "Level for all"},
      way: {type: "string", label: "Way to choose"},
      seed: {type: "string", label: "Seed of calibration pictures"},
      layer: {type: "integer", label: "Layer, from 1"},
      linear: {type: "string", label: "Linear"},
      chosen: {type: "string", label: "Level"},
    },
  },
  needs: [PICTURE_MODEL],
  sweep: [{}],
  async run({level, seeds: count, calibration, pictures: tests}, {data, progress}) {
    const bound = await boundOf(data.get(PICTURE_MODEL), UNIFORM.indexOf(level));
    const kept = (own: readonly Picture[]) => own.map((each) => keptPicture(bound.model, each));
    const seeds: SeedWays[] = [];
    for (let at = 0; at < count; at++) {
      const calibrated = kept(pictures("validation", at * calibration, calibration));
      const tested = kept(pictures("test", at * tests, tests));
      const ways = waysOf(bound, calibrated, at + 1);
      await progress((at + 0.5) / count, `seed ${at + 1}`);
      seeds.push({
        seed: String(at + 1),
        ways: ways.map((way) => ({...way, readings: readAll(bound, way.choice, tested)})),
      });
      await progress((at + 1) / count, `seed ${at + 1}`);
    }
    return {
      rows: accuracyRows(bound.space, seeds).map((row) => ({level, ...row})),
      levels: levelRows(seeds).map((row) => ({level, ...row})),
    };
  },
});

/** The model, its linears, and the work of one level for all that no way may exceed. */
interface Bound {
  readonly model: VisionMamba;
  readonly space: LevelSpace;
  readonly uniform: LevelChoice;
  readonly mostMacs: number;
  readonly withLevels: (choice: LevelChoice) => VisionMamba;
}

async function boundOf(tensors: TensorSet, level: number): Promise<Bound> {
  const model = await pictureModel(tensors);
  const space = pictureSpace(model.config, (PICTURE_SIZE / model.config.patch) ** 2);
  const uniform = uniformChoice(space, level);
  const mostMacs = choiceMacs(space, uniform);
  return {model, space, uniform, mostMacs, withLevels: sparseModels(model, tensors)};
}

/** A choice of levels, and how often a loss was measured to find it. */
interface Way {
  readonly way: string;
  readonly choice: LevelChoice;
  readonly evaluations: number;
}

interface SeedWays {
  readonly seed: string;
  readonly ways: readonly (Way & {readonly readings: readonly Reading[]})[];
}

/** Readings of pictures by the model with levels, from the first layer that a level changes on. */
function readAll({withLevels}: Bound, choice: LevelChoice, kept: readonly KeptPicture[]): Reading[] {
  const first = choice.findIndex((level) => level !== DENSE);
  if (first < 0) return kept.map(({whole}) => whole);
  const sparse = withLevels(choice);
  const from = Math.floor(first / SPARSE_LINEARS.length);
  return kept.map((each) => readAgain(sparse, each, from, wholeScan));
}

/** Choices of every way on the calibration pictures of a seed. */
function waysOf(bound: Bound, calibrated: readonly KeptPicture[], seed: number): Way[] {
  const {model, space, uniform, mostMacs} = bound;
  const lossOf = (choice: LevelChoice) => meanLoss(readAll(bound, choice, calibrated));
  const dense = uniformChoice(space, DENSE);
  const rises = lossRises(space, dense, lossOf);
  const greedy = greedyChoice(space, mostMacs, rises);
  const erk = erkChoice(space, mostMacs, linearShapes(model.config));
  const stream = randomStream(seed, "levels of pictures");
  const evolved = evolveLevels(space, mostMacs, lossOf, [uniform, erk, greedy], stream);
  const looked = space.macs.length * DENSE;
  return [
    {way: "dense", choice: dense, evaluations: 0},
    {way: "one level for all", choice: uniform, evaluations: 0},
    {way: "more for small matrices", choice: erk, evaluations: 0},
    {way: "greedy", choice: greedy, evaluations: looked},
    {way: "evolved", choice: evolved.choice, evaluations: looked + evolved.evaluations},
  ];
}

/** Rise of the loss with one linear alone at each level. */
function lossRises(
  {macs, levels}: LevelSpace,
  dense: LevelChoice,
  lossOf: (choice: LevelChoice) => number,
): number[][] {
  const whole = lossOf(dense);
  return macs.map((_, linear) =>
    levels.map((_, level) => (level === DENSE ? 0 : lossOf(dense.with(linear, level)) - whole)),
  );
}

function accuracyRows(space: LevelSpace, seeds: readonly SeedWays[]) {
  const dense = choiceMacs(space, uniformChoice(space, DENSE));
  const together = seeds[0].ways.map(({way}, i) => ({
    seed: "all",
    way,
    work: mean(seeds.map(({ways}) => choiceMacs(space, ways[i].choice))) / dense,
    evaluations: Math.round(mean(seeds.map(({ways}) => ways[i].evaluations))),
    readings: seeds.flatMap(({ways}) => ways[i].readings),
    rivals: seeds.flatMap(({ways}) => ways[1].readings),
  }));
  const single = seeds.flatMap(({seed, ways}) =>
    ways.map(({way, choice, evaluations, readings}) => ({
      seed,
      way,
      work: choiceMacs(space, choice) / dense,
      evaluations,
      readings,
      rivals: ways[1].readings,
    })),
  );
  return [...single, ...together].map(({readings, rivals, ...row}) => {
    const {share, low, high} = wilson(countRight(readings), readings.length);
    const change = pairedShare(readings.map(({isRight}, i) => [isRight, rivals[i].isRight]));
    return {
      ...row,
      accuracy: share,
      accuracyLow: low,
      accuracyHigh: high,
      change: change.value,
      changeLow: change.low,
      changeHigh: change.high,
      loss: meanLoss(readings),
      pictures: readings.length,
      provenance: "measured" as const,
    };
  });
}

/** Names of the linears as the page has them. */
const LINEARS = ["into the scan", "steps, B and C", "out of the scan"];

const levelRows = (seeds: readonly SeedWays[]) =>
  seeds.flatMap(({seed, ways}) =>
    ways.slice(1).flatMap(({way, choice}) =>
      choice.map((level, linear) => ({
        way,
        seed,
        layer: Math.floor(linear / LINEARS.length) + 1,
        linear: LINEARS[linear % LINEARS.length],
        chosen: LEVELS[level].join(":"),
        provenance: "measured" as const,
      })),
    ),
  );
