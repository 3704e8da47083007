import {wasmFormats} from "../../src/lib/checkpoint/wasm/wasm-formats.js";
import {formatById} from "../../src/lib/formats/registry.js";
import {nodeThreads} from "../../src/lib/kernels/node-threads.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";
import type {Contest, Sides} from "../harness/contest.js";

const [ROWS, COLUMNS] = [1024, 4096];
const VALUES = ROWS * COLUMNS;

/** Formats whose encoders search, and such as hardly do more than to read and to write. */
const FORMATS = ["q4_K", "q6_K", "iq4_nl", "razer", "nvfp4", "mxfp4", "int4_g32", "q4_0", "q8_0"] as const;

/** Our encoder on two threads beside the same on one, on Gaussian data. @throws Error where the bytes differ. */
async function encodingSides(id: string): Promise<Sides> {
  const stream = randomStream(1, `bench/threads/${id}`);
  const x = {shape: [ROWS, COLUMNS], data: draws(VALUES, () => stream.normal())};
  const [two, one] = await Promise.all(
    [nodeThreads(2), null].map(async (threads) => (await wasmFormats(threads))(formatById(id))),
  );
  const [bytes, same] = [two.encode(x).parts, one.encode(x).parts];
  for (const [role, part] of Object.entries(bytes))
    if (Buffer.compare(part, same[role]) !== 0)
      throw new Error(`threads-encode-${id}: ${role} must be the same`);
  return {
    work: VALUES,
    ours: () => two.encode(x),
    peers: [{name: "one thread, the same kernel", run: () => one.encode(x)}],
  };
}

/** The library on two threads of Node beside itself on one. */
export const threads: readonly Contest[] = FORMATS.map((id) => ({
  name: `threads-encode-${id.replaceAll("_", "-").toLowerCase()}`,
  title: `encode ${id}, ${ROWS} x ${COLUMNS}, two threads`,
  unit: "Mvalue/s",
  prepare: () => encodingSides(id),
}));
