/** Kernels of formats: their codecs, and tensors handed to them in pieces. */
import type {Format} from "../../formats/format.js";

/** Encoder and decoder of a format, where there are kernels for them. */
export type FastCodec = Partial<Pick<Format, "encode" | "decode">>;

/**
 * Elements that one call packs: a quarter of a megabyte of floats, which stays in the second cache. Threads take 16 megabytes
 * together, since each call of theirs waits for the slowest.
 */
export const elementsAtOnce = (ways: number): number =>
  ways === 1 ? 2 ** 16 : 2 ** Math.floor(22 - Math.log2(ways));

/** Blocks, or groups, that one call packs, and where its room begins in the memory of the kernels. */
export interface Piece {
  readonly at: number;
  readonly first: number;
  readonly count: number;
}

/** Sizes of pieces: `most` blocks each, `ways` of them at once, each with `place` bytes from `scratch` on. */
interface Pieces {
  readonly most: number;
  readonly ways: number;
  readonly scratch: number;
  readonly place: number;
}

/** So many blocks, cut into pieces: those that are packed at once, then the next. */
export function* piecesOf(
  blocks: number,
  {most, ways, scratch, place}: Pieces,
): Generator<readonly Piece[], void, void> {
  const step = most * ways;
  for (let start = 0; start < blocks; start += step) {
    const left = Math.min(step, blocks - start);
    // What is left is shared evenly, in fours that kernels take together.
    const each = Math.min(most, 4 * Math.ceil(left / ways / 4));
    yield Array.from({length: Math.ceil(left / each)}, (_, i) => ({
      at: scratch + i * place,
      first: start + i * each,
      count: Math.min(each, left - i * each),
    }));
  }
}
