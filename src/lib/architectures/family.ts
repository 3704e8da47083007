import type {ConfigReader} from "./config-reader.js";
import type {RecordParts} from "./parts.js";

/** One or several `model_type`s that are read alike: the record of a family in its own file. */
export interface Family {
  readonly types: readonly string[];
  /** Names in `architectures` that mean this family with a head over its vocabulary. */
  readonly architectures: readonly string[];
  /** Rows of the embedding where a part of a larger file leaves them out. */
  readonly vocabulary?: number;
  /** Source of the names and defaults. */
  readonly read: (c: ConfigReader, type: string) => RecordParts;
}
