import {fasterFormats} from "../../src/lib/checkpoint/wasm/wasm-formats.js";
import {nf4} from "../../src/lib/formats/codebook/nf4.js";
import type {Format, Packed} from "../../src/lib/formats/format.js";
import {int} from "../../src/lib/formats/int.js";
import {mxfp4} from "../../src/lib/formats/mx/mx.js";
import {fourOverSix} from "../../src/lib/formats/nvfp4/four-over-six.js";
import {nvfp4} from "../../src/lib/formats/nvfp4/nvfp4.js";
import {razer} from "../../src/lib/formats/razer/razer.js";
import {formatById, formatNamed} from "../../src/lib/formats/registry.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";
import type {Tensor} from "../../src/lib/tensor/tensor.js";
import {relativeError} from "../harness/agree.js";
import type {Contest} from "../harness/contest.js";
import {type GgmlFormat, type GgmlName, openGgml} from "../peers/ggml.js";

const ROWS = 256;
const COLUMNS = 4096;
const VALUES = ROWS * COLUMNS;

interface Pair {
  readonly format: Format;
  readonly ggml: GgmlName | null;
  /** True where both pack the same bytes. */
  readonly isSame: boolean;
}

/** ggml's blocks, packed by us and by ggml. */
const SAME = [
  ...(["q4_0", "q4_1", "q8_0", "q2_K", "q3_K", "q4_K", "q5_K", "q6_K", "iq4_nl", "iq4_xs"] as const),
  ...(["q5_0", "q5_1", "tq1_0", "tq2_0", "mxfp4", "nvfp4"] as const),
];

/**
 * The blocks of ggml, and formats of equal layout: the same elements, blocks and scale types, though ggml picks some scales by
 * its own rule; ggml has none of the last four.
 */
const PAIRS: readonly Pair[] = [
  ...SAME.map((ggml) => ({format: formatNamed(`ggml_${ggml}`) ?? formatById(ggml), ggml, isSame: true})),
  {format: mxfp4, ggml: "mxfp4", isSame: false},
  {format: nvfp4({tensorScale: "none"}), ggml: "nvfp4", isSame: false},
  {format: int({bits: 8, groupSize: 32}), ggml: "q8_0", isSame: false},
  {format: int({bits: 4, groupSize: 32}), ggml: "q4_0", isSame: false},
  ...[razer(), fourOverSix(), nf4, int({bits: 4, scheme: "asym"})].map((format) => ({
    format,
    ggml: null,
    isSame: false,
  })),
];

function requireSameBytes(name: string, ours: Packed, peers: Uint8Array): void {
  const {blocks} = ours.parts;
  const at = blocks.findIndex((byte, i) => byte !== peers[i]);
  if (at >= 0 || blocks.length !== peers.length) {
    throw new Error(`${name}: bytes must be those of ggml, got another at ${at}`);
  }
}

/** Rules differ, so errors do: mxfp4's by a tenth. A wrong layout or type would be off by far more. */
function requireSimilarError(name: string, x: Tensor, ours: Float32Array, peers: Float32Array): void {
  const [own, other] = [relativeError(x.data, ours), relativeError(x.data, peers)];
  if (!(own < 2 * other && other < 2 * own)) {
    throw new Error(`${name}: relative errors must be within a factor of 2, got ${own} and ${other}`);
  }
}

interface Prepared {
  /** With the faster encoder, where there is one. */
  readonly format: Format;
  readonly x: Tensor;
  readonly packed: Packed;
  /** ggml's side, with what it packed; null where it does not run. */
  readonly peer: {readonly ggml: GgmlFormat; readonly packed: Uint8Array} | null;
}

async function prepare({format: plain, ggml: name, isSame}: Pair): Promise<Prepared> {
  const format = (await fasterFormats())(plain);
  const stream = randomStream(1, "bench/formats");
  const x = {shape: [ROWS, COLUMNS], data: draws(VALUES, () => stream.normal())};
  const packed = format.encode(x);
  const ggml = name && (await openGgml())?.(name);
  if (!ggml) return {format, x, packed, peer: null};
  // A copy: ggml's buffer is used again.
  const peer = {ggml, packed: ggml.encode(x.data, COLUMNS).slice()};
  if (isSame) requireSameBytes(format.id, packed, peer.packed);
  requireSimilarError(format.id, x, format.decode(packed).data, ggml.decode(peer.packed, VALUES));
  return {format, x, packed, peer};
}

function contestsOf(pair: Pair): Contest[] {
  const {format, ggml: name} = pair;
  const peerName = `ggml ${name}, native`;
  return [
    {
      name: `encode-${format.id}`,
      title: `encode ${format.id}, ${ROWS} x ${COLUMNS}`,
      unit: "Mvalue/s",
      async prepare() {
        const {format, x, peer} = await prepare(pair);
        const peers = peer ? [{name: peerName, run: () => peer.ggml.encode(x.data, COLUMNS)}] : [];
        return {work: VALUES, ours: () => format.encode(x), peers};
      },
    },
    {
      name: `decode-${format.id}`,
      title: `decode ${format.id}, ${ROWS} x ${COLUMNS}`,
      unit: "Mvalue/s",
      async prepare() {
        const {format, packed, peer} = await prepare(pair);
        const peers = peer ? [{name: peerName, run: () => peer.ggml.decode(peer.packed, VALUES)}] : [];
        // Both write to memory that they used before: fresh memory takes longer than the work.
        const into = new Float32Array(VALUES);
        return {work: VALUES, ours: () => format.decode(packed, into), peers};
      },
    },
  ];
}

/** Number formats against the native quantizers of ggml, one thread each; Gaussian data. */
export const formats: readonly Contest[] = PAIRS.flatMap(contestsOf);
