/** Kernels of formats: their codecs, and tensors handed to them in pieces. */
import type {Format} from "../../formats/format.js";

/** Encoder and decoder of a format, where there are kernels for them. */
export type FastCodec = Partial<Pick<Format, "encode" | "decode">>;

/** Elements of a piece: a quarter of a megabyte of floats, which stays in the second cache. */
const PIECE_ELEMENTS = 2 ** 16;
/** The same on threads, where every piece is one more to hand over, and the pieces that they share before they wait. */
const [SHARED_ELEMENTS, SHARED_PIECES] = [2 ** 17, 32];
/** Elements of the smallest piece that is worth a thread's call. */
const LEAST_ELEMENTS = 2 ** 12;

/** Pieces that are in memory at once. */
export const piecesAtOnce = (ways: number): number => (ways === 1 ? 1 : SHARED_PIECES);

/** The most blocks of a piece: where threads share, each of them takes some. They come in fours that kernels take together. */
export function blocksOfPiece(blocks: number, size: number, ways: number): number {
  const most = Math.max(1, Math.floor((ways === 1 ? PIECE_ELEMENTS : SHARED_ELEMENTS) / size));
  const shared = ways === 1 ? blocks : Math.max(blocks / (4 * ways), LEAST_ELEMENTS / size);
  return Math.min(most, 4 * Math.ceil(shared / 4));
}

/** Blocks, or groups, that one call packs, and where its room begins in the memory of the kernels. */
export interface Piece {
  readonly at: number;
  readonly first: number;
  readonly count: number;
}

/** Sizes of pieces: `most` blocks each, `atOnce` of them in memory, each with `place` bytes from `scratch` on. */
interface Pieces {
  readonly most: number;
  readonly atOnce: number;
  readonly scratch: number;
  readonly place: number;
}

/** So many blocks, cut into pieces: those that are in memory at once, then the next. */
export function* piecesOf(
  blocks: number,
  {most, atOnce, scratch, place}: Pieces,
): Generator<readonly Piece[], void, void> {
  for (let start = 0; start < blocks; start += most * atOnce) {
    const left = Math.min(most * atOnce, blocks - start);
    yield Array.from({length: Math.ceil(left / most)}, (_, i) => ({
      at: scratch + i * place,
      first: start + i * most,
      count: Math.min(most, left - i * most),
    }));
  }
}
