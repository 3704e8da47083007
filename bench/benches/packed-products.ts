import type {PackedActivations} from "../../src/lib/engine/backend.js";
import {packedLinear} from "../../src/lib/engine/packed/packed-linear.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {formatById} from "../../src/lib/formats/registry.js";
import {nodeThreads} from "../../src/lib/kernels/node-threads.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";
import {requireClose} from "../harness/agree.js";
import type {Contest, PeerInTurn, Sides} from "../harness/contest.js";
import {copied} from "../harness/copied.js";
import {onnxFourBitPeers} from "../peers/onnx.js";

/** A product of x [rows, inputs] and W [out, inputs] in a format, with activations as they are or in 8 bits. */
interface PackedProduct {
  readonly rows: number;
  readonly inputs: number;
  readonly out: number;
  readonly format: string;
  readonly activations: PackedActivations;
}

/** Onnxruntime's way of 8-bit activations has scales of its own, so results are near and not the same. */
const TOLERANCE = {f32: 1e-4, int8: 2e-2} as const;

async function sidesOf(
  name: string,
  {rows, inputs, out, format, activations}: PackedProduct,
): Promise<Sides> {
  const stream = randomStream(1, `bench/${name}`);
  const x = draws(rows * inputs, () => stream.normal());
  const data = draws(out * inputs, () => stream.normal());
  const backend = await wasmBackend();
  const packed = formatById(format).encode({shape: [out, inputs], data});
  const levels = formatById(format).levels!(packed)!;
  const product = (await backend.packed!())(levels, null, activations)!;
  const unpacked = packedLinear(levels, null);
  const dense = backend.linear({shape: [out, inputs], data: formatById(format).decode(packed).data}, null);
  const runtimes =
    format === "int4_g32"
      ? await onnxFourBitPeers(
          // Two's complement as codes about 8.
          {
            x,
            rows,
            inputs,
            out,
            matrix: {
              codes: packed.parts.codes.map((byte) => byte ^ 0x88),
              scales: levels.scales,
              groupSize: 32,
            },
          },
          activations === "int8" ? 4 : 1,
        )
      : [];
  const peers: PeerInTurn[] = [...runtimes, {name: "our product of unpacked floats", run: () => dense(x)}];
  const result = product(x);
  requireClose(name, result, packedLinear(levels, null, activations)(x), 1e-4);
  requireClose(name, result, unpacked(x), TOLERANCE[activations]);
  for (const peer of peers) {
    requireClose(name, result, (await peer.run()) as ArrayLike<number>, TOLERANCE[activations]);
  }
  // A matrix of several rows is bound by arithmetic, whatever it reads.
  const bound = rows === 1 ? [copied(Object.values(packed.parts))] : [];
  return {work: 1, ours: () => product(x), peers: [...peers, ...bound]};
}

const ACTIVATIONS = {f32: "activations f32", int8: "activations int8"} as const;

function contest(kind: string, product: PackedProduct): Contest {
  const {format, activations, rows, inputs, out} = product;
  const id = format.replaceAll("_", "-");
  const name = `${kind}-${id === "int4-g32" ? "int4" : id}-${activations}`;
  const what =
    rows === 1 ? `matrix ${out} x ${inputs} times vector` : `matrix product ${rows} x ${inputs} x ${out}`;
  const title = `${what}, weights ${format}, ${ACTIVATIONS[activations]}`;
  return {name, title, unit: "ms", prepare: () => sidesOf(name, product)};
}

const VECTOR = {rows: 1, inputs: 4096, out: 4096} as const;
const MATRIX = {rows: 128, inputs: 1024, out: 1024} as const;
const OTHERS = ["mxfp4", "nvfp4", "razer", "q4_0", "q4_K", "q8_0", "tq2_0"] as const;

/** Our product on two threads beside the same on one. */
function threadsContest(
  kind: string,
  {rows, inputs, out, format}: Omit<PackedProduct, "activations">,
): Contest {
  const name = `${kind}-int4-threads`;
  return {
    name,
    title: `product ${rows} x ${inputs} x ${out}, weights ${format}, activations int8, two threads`,
    unit: "ms",
    async prepare() {
      const stream = randomStream(1, `bench/${name}`);
      const x = draws(rows * inputs, () => stream.normal());
      const data = draws(out * inputs, () => stream.normal());
      const levels = formatById(format).levels!(formatById(format).encode({shape: [out, inputs], data}))!;
      const [two, one] = await Promise.all(
        [nodeThreads(2), null].map(async (threads) => {
          const products = await (await wasmBackend({threads})).packed!();
          return products(levels, null, "int8")!;
        }),
      );
      requireClose(name, two(x), one(x), 0);
      return {work: 1, ours: () => two(x), peers: [{name: "one thread, the same kernel", run: () => one(x)}]};
    },
  };
}

/** Products with weights that stay packed, one thread each unless they say so: against onnxruntime's, and against ours of floats. */
export const packedProducts: readonly Contest[] = [
  ...(["f32", "int8"] as const).flatMap((activations) => [
    contest("gemv", {...VECTOR, format: "int4_g32", activations}),
    contest("gemm", {...MATRIX, format: "int4_g32", activations}),
    ...OTHERS.map((format) => contest("gemv", {...VECTOR, format, activations})),
  ]),
  threadsContest("gemv", {...VECTOR, format: "int4_g32"}),
  threadsContest("gemm", {...MATRIX, format: "int4_g32"}),
];
