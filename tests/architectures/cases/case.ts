/** A published model: the keys of its config.json that matter, and what follows from them, counted by hand. */
export interface Case {
  readonly name: string;
  readonly config: object;
  /** Matrix by matrix: embedding, layers, norm, head. */
  readonly parameters: number;
  /** The count that its publisher, or the header of its file, gives; null where none was found. */
  readonly published: number | null;
  /** Parameters that one token passes; by default all. */
  readonly active?: number;
  /** Bytes of the cache at 16 bits at two contexts, one beyond the windows. */
  readonly cache: readonly (readonly [tokens: number, bytes: number])[];
  /** Bytes of the state at 16 bits. */
  readonly state?: number;
}

/** A list of kinds of layers: `other` but at these places. */
export const kinds = (layers: number, other: string, kind: string, places: readonly number[]): string[] =>
  Array.from({length: layers}, (_, i) => (places.includes(i) ? kind : other));
