/** `paretoscope quantize`: every tensor of a file in several formats, a row each. */
import {basename} from "node:path";
import {SAMPLE_ELEMENTS} from "../lib/checkpoint/sample.js";
import type {Columns, TableRows} from "../lib/experiment/columns.js";
import {experimentMetadata, withGivenColumns} from "../lib/experiment/table.js";
import {ownFile} from "../lib/experiments/formats/own-file.js";
import {formats} from "../lib/formats/registry.js";
import {printable} from "../lib/io/printable.js";
import {checkParams} from "../lib/technique/check-params.js";
import {runOnFile} from "./file-process.js";
import {modelMemory} from "./model-memory.js";
import {tableWriter} from "./output.js";
import {complain} from "./print.js";
import {progressLine} from "./progress.js";
import {TIME_LIMIT, timeLimitOf} from "./time-limit.js";
import {complainUnused} from "./unused-tensors.js";
import {notOneOf, type OptionSpecs, readCall, UsageError} from "./usage.js";

export const QUANTIZE_OPTIONS = {
  formats: {value: "IDS", help: `formats between commas (${ownFile.params.formats.default.join(",")})`},
  out: {value: "FILE", help: "write the table as .arrow, .csv or .json instead of text on stdout"},
  timeLimit: TIME_LIMIT,
} as const satisfies OptionSpecs;

/** Columns of a row beside tensor and format; the reason why a measure does not exist goes to stderr. */
const {convention: _convention, note: _note, ...COLUMNS} = ownFile.columns;

type OwnTables = TableRows<(typeof ownFile)["columns"], (typeof ownFile)["tables"]>;

/**
 * Runs `paretoscope quantize FILE --formats …`: a file of safetensors or GGUF, an index of shards, or a folder.
 * @throws UsageError for a wrong call; Error if the file cannot be read.
 */
export async function quantizeCommand(args: readonly string[]): Promise<void> {
  const {options, positionals} = readCall("quantize", args, QUANTIZE_OPTIONS);
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) {
    throw new UsageError(`quantize: one file or folder must be given, got ${positionals.length}`);
  }
  const write = tableWriter("quantize", options.get("out") as string | undefined);
  const params = formatsOf(options.get("formats") as string | undefined);
  const timeLimit = timeLimitOf("quantize", options);
  const line = progressLine();
  try {
    const {rows, leftOut, unused} = (await runOnFile(
      {id: ownFile.id, params, files: {file}, memory: modelMemory()},
      {timeLimit, progress: line.update},
    )) as OwnTables;
    line.stop();
    const note = (text: string) => complain(printable(text));
    for (const {tensor, dtype} of leftOut) note(`${tensor} is left out: ${dtype} is no floating-point type`);
    complainUnused("quantize", file, unused);
    for (const {tensor, format, note: why} of rows) {
      if (why !== null) note(`${tensor} in ${format}: ${why}`);
    }
    const sampled = new Set(rows.filter(isSampled).map(({tensor}) => tensor)).size;
    if (sampled > 0) {
      note(
        `${sampled} tensors of more than ${SAMPLE_ELEMENTS} elements are measured on as many of them: see measuredElements`,
      );
    }
    const columns: Columns = withGivenColumns(COLUMNS);
    await write({
      columns,
      rows,
      metadata: experimentMetadata(ownFile, [
        {...checkParams("quantize", ownFile.params, params), file: basename(file)},
      ]),
    });
  } finally {
    line.stop();
  }
}

/** Rows of a tensor of which only a part was measured. */
const isSampled = ({elements, measuredElements}: {elements: number; measuredElements: number}) =>
  measuredElements > 0 && measuredElements < elements;

function formatsOf(text: string | undefined): {formats?: string[]} {
  if (text === undefined) return {};
  const ids = [...new Set(text.split(",").map((id) => id.trim()))];
  const known = Object.keys(formats);
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown !== undefined) throw notOneOf("quantize: a format", unknown, known);
  return {formats: ids};
}
