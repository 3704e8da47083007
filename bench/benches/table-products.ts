import {tableMatrix, tableVector} from "../../src/lib/arithmetic/tables/table-matrix.js";
import {wasmTableProducts} from "../../src/lib/arithmetic/tables/wasm-tables.js";
import {packedLinear} from "../../src/lib/engine/packed/packed-linear.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {bipolar} from "../../src/lib/formats/codebook/bipolar.js";
import type {GroupedLevels} from "../../src/lib/formats/grouped-levels.js";
import {int} from "../../src/lib/formats/int.js";
import {packCodes} from "../../src/lib/formats/pack.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";
import {requireClose} from "../harness/agree.js";
import type {Contest, Sides} from "../harness/contest.js";
import {onnxFourBitPeers} from "../peers/onnx.js";

const [INPUTS, OUT, GROUP] = [4096, 4096, 32];

/** Both sides round x, each in its own way: tables of sums to bytes, x itself to bytes. */
const TOLERANCE = 2e-2;

const formatOf = (bits: number) =>
  bits === 1 ? bipolar(1, {groupSize: GROUP}) : int({bits, groupSize: GROUP});

/** Levels of at most 4 bits as onnxruntime has them: codes about 8. */
const fourBits = ({levels, scales}: GroupedLevels) => ({
  codes: packCodes(
    Uint8Array.from(levels, (level) => level + 8),
    4,
  ),
  scales,
  groupSize: GROUP,
});

async function sidesOf(name: string, bits: number): Promise<Sides> {
  const stream = randomStream(1, `bench/${name}`);
  const x = draws(INPUTS, () => stream.normal());
  const data = draws(OUT * INPUTS, () => stream.normal());
  const format = formatOf(bits);
  const packed = format.encode({shape: [OUT, INPUTS], data});
  const levels = format.levels!(packed)!;
  const matrix = tableMatrix(levels, bits);
  const product = (await wasmTableProducts())(matrix);
  const backend = await wasmBackend();
  const fused = (await backend.packed!())(levels, null, "int8")!;
  const dense = backend.linear({shape: [OUT, INPUTS], data: format.decode(packed).data}, null);
  const runtimes = await onnxFourBitPeers(
    {x, rows: 1, inputs: INPUTS, out: OUT, matrix: fourBits(levels)},
    4,
  );
  const peers = [
    {name: "our fused product, activations int8", run: () => fused(x)},
    {name: "our product of unpacked floats", run: () => dense(x)},
    ...runtimes.map(({name, run}) => ({name: `${name}, weights in 4 bits`, run})),
  ];
  const result = product(x);
  requireClose(name, result, tableVector(matrix, x), 1e-4);
  requireClose(name, result, packedLinear(levels, null)(x), TOLERANCE);
  for (const {run} of peers) requireClose(name, result, (await run()) as ArrayLike<number>, 2 * TOLERANCE);
  return {work: 1, ours: () => product(x), peers};
}

/** Products of a vector by tables of sums, whose work grows with the bits of a weight, on one thread. */
export const tableProducts: readonly Contest[] = [1, 2, 3, 4].map((bits) => {
  const name = `gemv-table-${bits}`;
  const weights = bits === 1 ? "weights of 1 bit" : `weights of ${bits} bits`;
  return {
    name,
    title: `matrix ${OUT} x ${INPUTS} times vector by tables of sums, ${weights}`,
    unit: "ms",
    prepare: () => sidesOf(name, bits),
  };
});
