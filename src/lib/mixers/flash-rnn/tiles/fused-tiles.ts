import {requireInteger} from "../../../tensor/require.js";
import {type Constraint, type Product, times} from "./constraint.js";
import {between, type Domain, divisorsOf, listed} from "./domain.js";
import type {Processor} from "./processor.js";
import type {IntegerProblem} from "./solve.js";

/** A recurrent layer whose fused kernel has to be cut into tiles; numbers of 16 bits, sums of 32. */
export interface TiledLayer {
  readonly headDim: number;
  readonly heads: number;
  readonly batch: number;
  /** Gates that read the state. */
  readonly gates: number;
}

/** Bytes of a number of R and of a sum. */
const [NUMBER, SUM] = [2, 4];
/** Numbers beside a row of a tile, so that rows lie in other banks. */
const PADDING = 8;
/** Numbers of the state that a tile of the matrix units takes. */
const TILE_HIDDEN = 16;
const WARP = 32;
/** Added so that what is left in shared memory is never 0, which no variable may be. */
const SPARE = 64;
/** Bytes that a block leaves to the driver. */
const RESERVED = 1024;
const MOST = 2 ** 40;

/**
 * The integer problem of a fused kernel's tiles: over how many blocks and warps gates, states, batch and heads are spread, and how much
 * of R stays in registers. (FlashRNN, arXiv:2412.07752, section 4.3; constraints of the forward pass in 16 bits as in
 * github.com/NX-AI/flashrnn, flashrnn.py)
 * @throws RangeError for a size below 1.
 */
export function fusedTiles(layer: TiledLayer, processor: Processor): IntegerProblem {
  for (const [name, value] of Object.entries(layer)) requireInteger("fusedTiles", name, value, 1);
  const {headDim: d, heads, gates} = layer;
  const batch = 8 * Math.ceil(layer.batch / 8);
  return {
    domains: new Map(Object.entries(domainsOf({...layer, batch}, processor))),
    constraints: [
      ...tileConstraints(d, gates, batch),
      ...blockConstraints(heads, processor),
      ...registerConstraints(d, processor),
      ...sharedConstraints(d, gates, processor),
    ],
    preferences: [
      ["blocksHeads", "largest"],
      ["blocksGate", "largest"],
      ["blocksHidden", "smallest"],
      ["loopsGate", "smallest"],
      ["cached", "largest"],
      ["blocksBatch", "largest"],
      ["loopsBatch", "smallest"],
      ["tileGate", "largest"],
      ["warpsHidden", "largest"],
      ["warpsBatch", "largest"],
    ],
  };
}

function domainsOf(
  {headDim: d, heads, batch, gates}: TiledLayer,
  processor: Processor,
): Record<string, Domain> {
  const upTo = (most: number) => between(1, most);
  return {
    tileBatch: listed([8, 16, 32]),
    tileGate: listed([8, 16, 32]),
    blocksGate: listed(divisorsOf(gates * d)),
    blocksHidden: listed(divisorsOf(d)),
    blocksBatch: listed(divisorsOf(batch)),
    blocksHeads: listed(divisorsOf(heads)),
    warpsHidden: listed(divisorsOf(d)),
    warpsBatch: listed(divisorsOf(batch)),
    loopsGate: listed(divisorsOf(gates * d)),
    loopsBatch: upTo(4),
    warps: upTo(processor.threads / 4 / WARP),
    blocks: upTo(processor.multiprocessors),
    cached: upTo(Math.max(1, Math.floor(d / TILE_HIDDEN))),
    cachedNumbers: upTo(MOST),
    sharedWeights: upTo(MOST),
    sharedSums: upTo(MOST),
  };
}

const constraint = (
  name: string,
  left: readonly Product[],
  relation: Constraint["relation"],
  right: readonly Product[],
): Constraint => ({name, left, relation, right});

function tileConstraints(d: number, gates: number, batch: number): Constraint[] {
  return [
    constraint("tiles of 16 by 16 numbers", [times(256)], "equal", [times("tileBatch", "tileGate")]),
    constraint("states divided by tiles", [times(d)], "divided", [
      times(TILE_HIDDEN, "blocksHidden", "warpsHidden"),
    ]),
    constraint("gates divided by tiles", [times(gates * d)], "divided", [
      times("loopsGate", "blocksGate", "tileGate"),
    ]),
    constraint("batch divided by tiles", [times(batch)], "divided", [
      times("blocksBatch", "warpsBatch", "loopsBatch", "tileBatch"),
    ]),
    constraint("warps for all tiles", [times(gates * d, "warpsHidden", "warpsBatch")], "equal", [
      times("warps", "blocksGate", "loopsGate", "tileGate"),
    ]),
  ];
}

function blockConstraints(heads: number, {multiprocessors, threads}: Processor): Constraint[] {
  return [
    constraint("heads divided by blocks", [times(heads)], "divided", [times("blocksHeads")]),
    constraint(
      "blocks in all",
      [times("blocksGate", "blocksHidden", "blocksBatch", "blocksHeads")],
      "equal",
      [times("blocks")],
    ),
    constraint("a multiprocessor for each block", [times("blocks")], "at-most", [times(multiprocessors)]),
    constraint("a quarter of a block's threads", [times(WARP, "warps")], "at-most", [times(threads / 4)]),
  ];
}

function registerConstraints(d: number, {registers}: Processor): Constraint[] {
  return [
    constraint("numbers of R in registers", [times(TILE_HIDDEN, "tileGate", "cached", "warps")], "equal", [
      times("cachedNumbers", "warpsBatch"),
    ]),
    constraint(
      "no more of R than a head has",
      [times(TILE_HIDDEN, "blocksHidden", "cached", "warpsHidden")],
      "at-most",
      [times(d)],
    ),
    constraint(
      "registers",
      [
        times("cachedNumbers"),
        times(SUM / NUMBER, "warps", "tileBatch", "tileGate", "loopsBatch"),
        times(TILE_HIDDEN, "warps", "tileBatch"),
      ],
      "at-most",
      [times((4 * registers) / NUMBER)],
    ),
  ];
}

function sharedConstraints(d: number, gates: number, {sharedBytes}: Processor): Constraint[] {
  const whole = NUMBER * gates * d * (d + PADDING);
  return [
    constraint("the rest of R in shared memory", [times(whole, "blocksBatch"), times(SPARE)], "equal", [
      times("sharedWeights"),
      times(NUMBER, "cachedNumbers", "blocksBatch", "blocksGate", "blocksHidden"),
    ]),
    constraint(
      "sums in shared memory",
      [
        times(SUM * gates * d, "warpsHidden", "blocksHidden", ...BATCH),
        times(SUM * PADDING, "warpsHidden", "blocksGate", "blocksHidden", ...BATCH),
      ],
      "equal",
      [times("sharedSums")],
    ),
    constraint(
      "shared memory",
      [times("blocksHeads", "sharedWeights"), times("blocksHeads", "sharedSums")],
      "at-most",
      [times(sharedBytes - RESERVED, "blocks")],
    ),
  ];
}

/** Factors of the sequences that a layer takes at once. */
const BATCH = ["blocksBatch", "warpsBatch", "loopsBatch", "tileBatch"] as const;
