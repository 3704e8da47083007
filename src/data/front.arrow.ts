/** Data loader of the home page: the weights of the trained decoder in each format, one row a format. */
import {desc, from} from "arquero";
import type {Row} from "../lib/experiment/columns.js";
import type {Experiment} from "../lib/experiment/experiment.js";
import {experimentMetadata, withGivenColumns} from "../lib/experiment/table.js";
import {ALL_TENSORS, bitsError} from "../lib/experiments/formats/bits-error.js";
import {rowsToArrow} from "../lib/io/arrow.js";
import {sweepRuns} from "./sweep/table.js";

const setting = {distribution: "weights/decoder-small"} as const;
const {plan, runs} = await sweepRuns(bitsError as unknown as Experiment);
const {key} = plan.settings.find(({params}) => params.distribution === setting.distribution)!;
const front = from([...runs.find((run) => run.key === key)!.tables.rows])
  .params({all: ALL_TENSORS})
  .filter((row: {tensor: string}, params: {all: string}) => row.tensor === params.all)
  .orderby("bitsPerElement", desc("sqnrDb"))
  .objects() as Row[];

process.stdout.write(
  rowsToArrow(withGivenColumns(bitsError.columns), front, experimentMetadata(bitsError, [setting])),
);
