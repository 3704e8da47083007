/** Decode attention on a graphics processor: the keys and values of a layer are uploaded once. */
import {decodeAttentionWgsl} from "../kernels/generated/decode-attention-wgsl.js";
import {freeAll, type GpuHost, type GpuKernel, type GpuWork} from "../kernels/gpu-host.js";
import {type DecodeStep, requireSelection} from "./attend-selected.js";

/** The keys and values of one layer in the memory of a graphics processor. */
export interface GpuDecodeAttention {
  /** Bytes that they take there. */
  readonly bytes: number;
  /**
   * Uploads q [heads, headDim] for attention [heads, headDim] over all tokens, or over selected ones.
   * @param selected the indices of the tokens, a list for each head, or one for each kv head that its query heads share
   * @throws RangeError if q has another size, or unless every list names at least one token and only such as exist.
   */
  prepare(q: Float32Array, selected?: readonly ArrayLike<number>[]): Promise<GpuWork>;
  free(): void;
}

const KERNEL: GpuKernel = {
  name: "decode-attention",
  text: decodeAttentionWgsl,
  bindings: [
    "uniform",
    ...["q", "cache", "jobs", "lists"].map(() => "read-only-storage" as const),
    ...["parts", "y"].map(() => "storage" as const),
  ],
};

/** Tokens of a block, and query heads of a job. */
const BLOCK = 64;
const TOGETHER = 4;

/**
 * Uploads keys and values; attention is in float32, within 1e-5 of the largest value of `attendAll` and `attendSelected`.
 * @throws RangeError if there is no token, or the adapter takes no buffer of that size.
 */
export function gpuDecodeAttention(
  host: GpuHost,
  {keys, values, heads, kvHeads, headDim}: Omit<DecodeStep, "q">,
): GpuDecodeAttention {
  const tokens = keys.length / (kvHeads * headDim);
  if (tokens === 0) throw new RangeError("gpuDecodeAttention: keys must hold at least one token, got none");
  const width = 4 * Math.ceil(headDim / 4);
  const stored = interleaved({keys, values, kvHeads, headDim}, tokens, width);
  const cache = host.upload(stored);
  const every = new Array(kvHeads).fill(Uint32Array.from({length: tokens}, (_, token) => token));
  return {
    bytes: stored.byteLength,
    async prepare(q, selected = every) {
      if (q.length !== heads * headDim) {
        throw new RangeError(`prepare: q must hold [${heads}, ${headDim}] numbers, got ${q.length}`);
      }
      const shared = selected.length === kvHeads ? heads / kvHeads : 1;
      requireSelection("prepare", selected, heads / shared, tokens);
      const jobs = jobsOf(selected, shared, heads / kvHeads);
      const blocks = Math.ceil(selected.reduce((most, {length}) => Math.max(most, length), 0) / BLOCK);
      const sizes = new Uint32Array([heads, headDim, width / 4, tokens, blocks, 0]);
      new Float32Array(sizes.buffer)[5] = 1 / Math.sqrt(headDim);
      const y = host.room(heads * headDim);
      const own = {
        sizes: host.upload(sizes, "uniform"),
        q: host.upload(padded(q, headDim, width)),
        jobs: host.upload(Uint32Array.from(jobs.flat())),
        lists: host.upload(Uint32Array.from(selected.flatMap((list) => Array.from(list)))),
        parts: host.room(4 * jobs.length * blocks * (2 + headDim)),
      };
      const buffers = [own.sizes, own.q, cache, own.jobs, own.lists, own.parts, y];
      const [attendBlock, joinBlocks] = await Promise.all(
        ["attendBlock", "joinBlocks"].map((entry) => host.pipeline(KERNEL, entry)),
      );
      return {
        dispatches: [
          {pipeline: attendBlock, buffers, grid: [blocks, jobs.length, 1]},
          {pipeline: joinBlocks, buffers, grid: [jobs.length, 1, 1]},
        ],
        read: () => host.read(y, heads * headDim),
        free: () => freeAll([...Object.values(own), y]),
      };
    },
    free: () => freeAll([cache]),
  };
}

/** Fields of `Job` of the kernel, for each job: up to four heads of those that share a list. */
function jobsOf(selected: readonly ArrayLike<number>[], shared: number, group: number): number[][] {
  const jobs: number[][] = [];
  let start = 0;
  selected.forEach((list, i) => {
    for (let head = i * shared; head < (i + 1) * shared; head += TOGETHER) {
      const count = Math.min(TOGETHER, (i + 1) * shared - head);
      jobs.push([head, count, Math.floor(head / group), start, list.length]);
    }
    start += list.length;
  });
  return jobs;
}

/** [tokens, kvHeads, headDim] of keys and of values as [kvHeads, tokens, key and value, width]. */
function interleaved(
  {keys, values, kvHeads, headDim}: Pick<DecodeStep, "keys" | "values" | "kvHeads" | "headDim">,
  tokens: number,
  width: number,
): Float32Array {
  const to = new Float32Array(2 * kvHeads * tokens * width);
  for (let row = 0; row < tokens * kvHeads; row++) {
    const at = 2 * width * ((row % kvHeads) * tokens + Math.floor(row / kvHeads));
    to.set(keys.subarray(row * headDim, (row + 1) * headDim), at);
    to.set(values.subarray(row * headDim, (row + 1) * headDim), at + width);
  }
  return to;
}

/** Rows of `headDim` numbers at places `width` apart. */
function padded(q: Float32Array, headDim: number, width: number): Float32Array {
  const to = new Float32Array((q.length / headDim) * width);
  for (let h = 0; h * headDim < q.length; h++) {
    to.set(q.subarray(h * headDim, (h + 1) * headDim), h * width);
  }
  return to;
}
