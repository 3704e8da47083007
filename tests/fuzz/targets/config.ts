import {costModel} from "../../../src/lib/accel/hf-config.js";
import {kvElements, stateElements} from "../../../src/lib/architectures/cache-elements.js";
import {parameterCount} from "../../../src/lib/architectures/parameters.js";
import {modelRecord} from "../../../src/lib/architectures/read-model.js";
import {decoderConfigOf} from "../../../src/lib/engine/decoder/config.js";
import {isMamba, mambaConfigOf} from "../../../src/lib/engine/mamba/mamba-config.js";
import {FormatError} from "../../../src/lib/io/format-error.js";
import {parseJsonObject, SIDE_FILE_LIMITS} from "../../../src/lib/io/json-file.js";
import {cacheSizesOf} from "../../../src/lib/kv/kv-config.js";
import {CASES} from "../../architectures/cases/all.js";
import type {FuzzTarget} from "../target.js";

/** What takes the record of a model, each on its own: what one cannot do must not hide what the next one does. */
const CONSUMERS = [
  wholeCounts,
  (record: Model) => (isMamba(record) ? mambaConfigOf(record) : decoderConfigOf(record)),
  (record: Model) => costModel(record, "fuzz"),
  cacheSizesOf,
];
type Model = ReturnType<typeof modelRecord>;

/** @throws TypeError if a count of a record that was read is no whole number. */
function wholeCounts(record: Model): void {
  const counts = [parameterCount(record).total, kvElements(record, 1000), stateElements(record)];
  if (counts.every((count) => Number.isSafeInteger(count) && count >= 0)) return;
  throw new TypeError(`fuzz: counts must be whole numbers, got ${counts.join(", ")}`);
}

export const config: FuzzTarget = {
  id: "config",
  seeds: async () => CASES.map(({config: json}) => new TextEncoder().encode(JSON.stringify(json))),
  read(bytes) {
    const json = parseJsonObject(bytes, {reader: "fuzz", field: "config.json", limits: SIDE_FILE_LIMITS});
    const record = modelRecord(json);
    for (const take of CONSUMERS) {
      try {
        take(record);
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
      }
    }
  },
};
