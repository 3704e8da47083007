import {type Builder, type Netlist, netlistBuilder} from "../netlist.js";
import {accumulatorLanes, binaryNeurons, recurrentGates, softmaxFront, sparseControl} from "./koios-like.js";
import {type KratosLayer, kratosLike, type SumStyle} from "./kratos-like.js";
import {blobBoxes, hashRound, packetMerge, processor, stereoMatch} from "./vtr-like.js";

/** Sets of circuits after the three benchmark suites of the paper; none of them is a circuit of those suites. */
export const CIRCUIT_SETS = ["Kratos-like", "Koios-like", "VTR-like"] as const;
export type CircuitSet = (typeof CIRCUIT_SETS)[number];

/** Circuit of a set. */
export interface NamedCircuit {
  readonly set: CircuitSet;
  readonly name: string;
  /** It has a register behind every chain and every level of tables, as the layers of Kratos have. */
  readonly isPipelined: boolean;
  /** Its constants are drawn, and its sums have several forms. */
  readonly isDrawn: boolean;
  /** @param style of the sums of Kratos-like layers; other circuits have one form. */
  build(style: SumStyle, seed: number, digits: "binary" | "csd"): Netlist;
}

const LAYERS: readonly (readonly [KratosLayer, number, number])[] = [
  ["conv_1d", 4, 0],
  ["conv_1d", 8, 0.5],
  ["conv_2d", 4, 0.5],
  ["gemmt", 4, 0],
  ["gemmt", 8, 0.5],
  ["gemms", 8, 0],
];

function built(circuit: (builder: Builder) => void): Netlist {
  const builder = netlistBuilder();
  circuit(builder);
  return builder.finish();
}

const fixed = (
  set: CircuitSet,
  circuits: Readonly<Record<string, (builder: Builder) => void>>,
): NamedCircuit[] =>
  Object.entries(circuits).map(([name, circuit]) => ({
    set,
    name,
    isPipelined: false,
    isDrawn: false,
    build: () => built(circuit),
  }));

/** All circuits that are packed. */
export const CIRCUITS: readonly NamedCircuit[] = [
  ...LAYERS.map(
    ([layer, bits, sparsity]): NamedCircuit => ({
      set: "Kratos-like",
      isPipelined: true,
      isDrawn: true,
      name: `${layer}, ${bits} bits, ${100 * sparsity} % zeros`,
      build: (style, seed, digits) => kratosLike(layer, {bits, sparsity, seed, digits, style}),
    }),
  ),
  ...fixed("Koios-like", {
    "binary neurons": (builder) => binaryNeurons(builder),
    "accumulators and ReLU": (builder) => accumulatorLanes(builder),
    "softmax front": (builder) => softmaxFront(builder),
    "recurrent gates": (builder) => recurrentGates(builder),
    "sparse control": (builder) => sparseControl(builder),
  }),
  ...fixed("VTR-like", {
    processor: (builder) => processor(builder),
    "packet merge": packetMerge,
    "hash round": hashRound,
    "stereo match": (builder) => stereoMatch(builder),
    "blob boxes": (builder) => blobBoxes(builder),
  }),
];
