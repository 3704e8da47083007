import {type LayerScan, observeScans} from "../../engine/mamba/observe-scans.js";
import {timeSteps} from "../../engine/scan/scan-input.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {experiment} from "../../experiment/experiment.js";
import {selectiveScanMatrix, ssdMatrix} from "../../ssm/scan/scan-matrix.js";
import {largest} from "../../stats/extent.js";
import {mean} from "../../stats/moments.js";
import {decodeText} from "../../tasks/vocabulary.js";
import {promptIds, promptParam} from "../shared/prompt.js";
import {mambaParam, mambaWeights, needsOfMamba} from "./mambas.js";

const MODELS = ["mamba1-small", "mamba2-small"] as const;
/** Heads or channels of a layer whose weights are shown. */
const SHOWN = 8;
/** Smaller shares are not worth a row. */
const LEAST_SHARE = 0.03;

type MemoryRow = {
  readonly part: "word" | "reach" | "step" | "share";
  readonly layer: number | null;
  readonly unit: number | null;
  readonly index: number | null;
  readonly other: number | null;
  readonly word: string | null;
  readonly value: number | null;
  readonly halfLife: number | null;
  readonly provenance: "measured";
};

/** The memory that the scans of a trained model have of a text: how long, and of which words. */
export const memory = experiment({
  id: "ssm/memory",
  title: "What a scan remembers",
  question:
    "How long does each head or channel of a trained model remember, and which words reach its output?",
  source: "implicit attention: arXiv:2403.01590; scans as matrices: arXiv:2405.21060, section 3",
  params: {
    model: {
      ...mambaParam,
      help: "Mamba keeps 16 numbers of state for each of 128 channels, Mamba2 64 for the channels of 8 heads.",
      options: MODELS,
      default: "mamba2-small",
    },
    prompt: promptParam(
      "Text",
      "fact otter amber plum . fact heron velvet bell . quiet river carries light across open valley . query otter amber plum . query heron",
    ),
    layer: {
      kind: "integer",
      label: "Layer",
      help: "Whose time steps and weights are shown; the first is 0.",
      min: 0,
      max: 3,
      default: 1,
    },
  },
  columns: {
    part: {type: "string", label: "What the row is"},
    layer: {type: "integer", label: "Layer", nullable: true},
    unit: {type: "integer", label: "Head of Mamba2, channel of Mamba", nullable: true},
    index: {type: "integer", label: "Position of the word", nullable: true},
    other: {type: "integer", label: "Position of the earlier word", nullable: true},
    word: {type: "string", label: "Word", nullable: true},
    value: {
      type: "number",
      label: "Mean distance looked back in tokens, time step, or signed share of an output",
      provenance: "measured",
      nullable: true,
    },
    halfLife: {
      type: "number",
      label: "Half-life of the slowest number of state",
      unit: "tokens",
      provenance: "measured",
      nullable: true,
    },
  },
  needs: MODELS.map((model) => `weights/${model}` as const),
  needsOf: needsOfMamba,
  sweep: [...[0, 1, 2, 3].map((layer) => ({layer})), {model: "mamba1-small"}],
  async run({model, prompt, layer}, {data, progress}) {
    const ids = promptIds(prompt);
    const scans = await observeScans(mambaWeights(model, data), ids, {backend: await wasmBackend()});
    const rows: MemoryRow[] = ids.map((id, index) => ({
      ...BLANK,
      part: "word",
      index,
      word: decodeText([id]),
    }));
    for (const [at, scan] of scans.entries()) {
      await progress(at / scans.length, `layer ${at}`);
      const units = unitsOf(scan);
      const shown = at === layer ? spread(units).flatMap((unit) => unitRows(unit, at)) : [];
      for (const row of [...units.map((unit) => reachRow(unit, at)), ...shown]) rows.push(row);
    }
    return rows;
  },
});

const BLANK = {
  layer: null,
  unit: null,
  index: null,
  other: null,
  word: null,
  value: null,
  halfLife: null,
  provenance: "measured",
} as const;

/** A head, or of Mamba a channel: what remembers in a way of its own. */
interface Unit {
  readonly unit: number;
  readonly tokens: number;
  /** Time steps as the scan uses them. */
  readonly steps: Float64Array;
  /** Tokens after which half is gone of the number of state that decays slowest, at the mean time step. */
  readonly halfLife: number;
  /** Signed shares [T, T]: what of the weight of each output lies on each token. */
  readonly shares: Float64Array;
  /** Mean distance looked back, weighted by magnitude. */
  readonly distance: number;
}

function unitsOf(scan: LayerScan): Unit[] {
  const {kind, input} = scan;
  const [count, steps, perUnit] =
    kind === "ssd" ? [input.heads, input.dt, 1] : [input.channels, timeSteps(input), input.stateSize];
  const tokens = steps.length / count;
  return Array.from({length: count}, (_, unit) => {
    const own = Float64Array.from({length: tokens}, (_, t) => steps[t * count + unit]);
    const meanStep = mean(own);
    const slowest = largest(input.A.subarray(unit * perUnit, (unit + 1) * perUnit));
    const M = kind === "ssd" ? ssdMatrix(input, unit) : selectiveScanMatrix(input, unit);
    const shares = sharesOf(M, tokens);
    const halfLife = Math.LN2 / (-slowest * meanStep);
    return {unit, tokens, steps: own, halfLife, shares, distance: meanDistance(shares, tokens)};
  });
}

/** Every row over the sum of its magnitudes; a row of zeros stays one. */
function sharesOf(M: Float64Array, tokens: number): Float64Array {
  const totals = Float64Array.from({length: tokens}, (_, i) =>
    M.subarray(i * tokens, (i + 1) * tokens).reduce((sum, weight) => sum + Math.abs(weight), 0),
  );
  return M.map((weight, cell) => {
    const total = totals[Math.floor(cell / tokens)];
    return total === 0 ? 0 : weight / total;
  });
}

function meanDistance(shares: Float64Array, tokens: number): number {
  let sum = 0;
  shares.forEach((share, cell) => {
    sum += Math.abs(share) * (Math.floor(cell / tokens) - (cell % tokens));
  });
  return sum / tokens;
}

/** At most eight of the units, evenly over their ranks by distance, the one that looks least far first. */
function spread(units: readonly Unit[]): Unit[] {
  const ranked = units.toSorted((a, b) => a.distance - b.distance);
  const shown = Math.min(SHOWN, ranked.length);
  return Array.from(
    {length: shown},
    (_, i) => ranked[Math.round((i * (ranked.length - 1)) / Math.max(1, shown - 1))],
  );
}

function reachRow({unit, halfLife, distance}: Unit, layer: number): MemoryRow {
  // A state that never decays has no half-life.
  const finite = Number.isFinite(halfLife) ? halfLife : null;
  return {...BLANK, part: "reach", layer, unit, value: distance, halfLife: finite};
}

function unitRows({unit, tokens, steps, shares}: Unit, layer: number): MemoryRow[] {
  const rows: MemoryRow[] = Array.from(steps, (value, index) => ({
    ...BLANK,
    part: "step",
    layer,
    unit,
    index,
    value,
  }));
  shares.forEach((value, cell) => {
    if (Math.abs(value) < LEAST_SHARE) return;
    const [index, other] = [Math.floor(cell / tokens), cell % tokens];
    rows.push({...BLANK, part: "share", layer, unit, index, other, value});
  });
  return rows;
}
