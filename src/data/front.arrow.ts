/** Data loader of the home page: the weights of the trained decoder in each format, one row a format. */
import {desc, from} from "arquero";
import {experimentMetadata, withGivenColumns} from "../lib/experiment/table.js";
import {ALL_TENSORS, bitsError} from "../lib/experiments/formats/bits-error.js";
import {rowsToArrow} from "../lib/io/arrow.js";
import {loadData} from "./data-sets.js";

const setting = {distribution: "weights/decoder-small"} as const;
const rows = await bitsError.run(setting, {data: await loadData(bitsError.needs)});
const front = from(rows)
  .params({all: ALL_TENSORS})
  .filter((row: {tensor: string}, params: {all: string}) => row.tensor === params.all)
  .orderby("bitsPerElement", desc("sqnrDb"))
  .objects() as typeof rows;

process.stdout.write(
  rowsToArrow(withGivenColumns(bitsError.columns), front, experimentMetadata(bitsError, [setting])),
);
