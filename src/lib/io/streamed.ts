/** A tensor on its way into a file: its bytes are made when they are written, in pieces. */
export interface StreamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly byteLength: number;
  /** The bytes in order; asked for once. */
  pieces(): AsyncIterable<Uint8Array>;
}

/**
 * The bytes of a tensor as they come.
 * @throws RangeError if they are not as many as its header says: the file would be another one.
 */
export async function* checkedPieces(
  where: string,
  {name, byteLength, pieces}: StreamedTensor,
): AsyncGenerator<Uint8Array, void, void> {
  let written = 0;
  for await (const piece of pieces()) {
    written += piece.length;
    yield piece;
  }
  if (written !== byteLength) {
    throw new RangeError(`${where}: pieces of ${name} must have ${byteLength} bytes, got ${written}`);
  }
}

/** Bytes that are there already, as one piece. */
export async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield bytes;
}
