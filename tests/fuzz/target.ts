import {FormatError} from "../../src/lib/io/format-error.js";

/** A reader of files from strangers, and what mutants of its files are made of. */
export interface FuzzTarget {
  readonly id: string;
  /** Small files that are read without an error. */
  seeds(): Promise<readonly Uint8Array[]>;
  /** Reads the bytes as a stranger's file, all of it. @throws FormatError, and nothing else, for a file that is wrong. */
  read(bytes: Uint8Array): unknown;
  /** The bytes with what guards the rest made right, such as a length: every other mutant gets past the first check. */
  repair?(bytes: Uint8Array): Uint8Array;
  /** Why a reading may go on for ever or end its process, where it may: it is ended after two seconds and is no finding. */
  readonly needsLimit?: string;
}

/** End of one reading: the file was read, refused by a typed error, or the reader failed. */
export type Outcome = {readonly kind: "read" | "refused"} | {readonly kind: "failed"; readonly error: Error};

/** Reads bytes as a file of the target. */
export async function outcomeOf(target: FuzzTarget, bytes: Uint8Array): Promise<Outcome> {
  try {
    await target.read(bytes);
    return {kind: "read"};
  } catch (error) {
    if (error instanceof FormatError) return {kind: "refused"};
    return {kind: "failed", error: error instanceof Error ? error : new Error(String(error))};
  }
}
