/** `paretoscope quantize PATH --formats …`: the table of errors, tensor by tensor, kept beside its output until it is whole. */
import {basename} from "node:path";
import {SAMPLE_ELEMENTS} from "../../lib/checkpoint/sample.js";
import type {Columns} from "../../lib/experiment/columns.js";
import {experimentMetadata, withGivenColumns} from "../../lib/experiment/table.js";
import {ownFile} from "../../lib/experiments/formats/own-file.js";
import {formatNamed, formats} from "../../lib/formats/registry.js";
import {printable} from "../../lib/io/printable.js";
import type {TensorRow} from "../../lib/quant/measure-tensor.js";
import {checkParams} from "../../lib/technique/check-params.js";
import {runWorkOnFile} from "../files/file-process.js";
import {complainUnused} from "../files/unused-tensors.js";
import {timeLimitOf} from "../options/time-limit.js";
import {onInterrupt} from "../terminal/interrupt.js";
import {tableWriter} from "../terminal/output.js";
import {complain} from "../terminal/print.js";
import {progressLine} from "../terminal/progress.js";
import {type Call, notOneOf, text} from "../terminal/usage.js";
import {packageVersion} from "../version.js";
import {type ImportanceFile, importanceFileOf, requireNoInput, requireNotImportance} from "./inputs.js";
import {type Journal, journalPath, openJournal, type RunIdentity} from "./journal.js";
import type {MeasuredPart, MeasureResult} from "./measure-work.js";
import {modelFiles} from "./model-files.js";

/**
 * Columns of a row: those of the experiment without the convention of the format, which `list` tells; the error that importance
 * weighs where there is some.
 */
const {convention: _, ...WEIGHED} = ownFile.columns;
const {weighedError: __, ...PLAIN} = WEIGHED;

/**
 * Measures and writes the table. With `--out` what is measured is kept in a journal beside it, so that a run that was ended
 * goes on: with the same files, formats and version, else it begins anew and says why.
 * @throws UsageError for a wrong call; Error if the model cannot be read or the table not written.
 */
export async function measureCommand(path: string, call: Call): Promise<void> {
  const out = text(call, "out");
  const write = tableWriter("quantize", out);
  const params = formatsOf(text(call, "formats"));
  const setting = checkParams("quantize", ownFile.params, params);
  const timeLimit = timeLimitOf("quantize", call.options);
  const weighing = await importanceFileOf(call);
  const importance = weighing?.path ?? null;
  const identity = {formats: setting.formats, importance: weighing};
  const journal = out === undefined ? memoryJournal() : await journalOf(path, out, identity);
  const result = await measured(path, setting.formats, {timeLimit, importance, journal, out});
  const rows = result.order.flatMap((tensor) => journal.known.get(tensor) ?? []);
  tellNotes(path, result, rows);
  const columns: Columns = withGivenColumns(importance === null ? PLAIN : WEIGHED);
  const metadata = experimentMetadata(ownFile, [{...setting, file: basename(path)}]);
  await write({columns, rows: rows.map((row) => ({...row, provenance: "measured"})), metadata});
  journal.finish();
}

function formatsOf(given: string | undefined): {formats?: string[]} {
  if (given === undefined) return {};
  const ids = given.split(",").map((text) => {
    const named = formatNamed(text.trim());
    if (named === undefined) throw notOneOf("quantize: a format", text.trim(), Object.keys(formats));
    return named.id;
  });
  return {formats: [...new Set(ids)]};
}

async function journalOf(
  path: string,
  out: string,
  asked: Pick<RunIdentity, "formats"> & {readonly importance: ImportanceFile | null},
): Promise<Journal> {
  const files = await modelFiles(path);
  await requireNoInput("--out", out, path, files);
  await requireNotImportance("--out", out, asked.importance);
  const importance = asked.importance?.state ?? null;
  const identity = {package: await packageVersion(), formats: asked.formats, files, importance};
  const journal = openJournal(out, identity);
  const {known, anew} = journal;
  if (anew !== null)
    complain(`quantize: ${journalPath(out)} is not gone on with: ${anew}. The run begins anew.`);
  if (known.size > 0)
    complain(`quantize: goes on with an unfinished run: ${known.size} tensors are measured already`);
  return journal;
}

/** Rows that go to a terminal are kept nowhere else. */
function memoryJournal(): Journal {
  const known = new Map<string, readonly TensorRow[]>();
  return {known, anew: null, keep: (tensor, rows) => void known.set(tensor, rows), finish: () => {}};
}

interface Measuring {
  readonly timeLimit: number;
  readonly importance: string | null;
  readonly journal: Journal;
  readonly out: string | undefined;
}

async function measured(
  path: string,
  ids: readonly string[],
  {timeLimit, importance, journal, out}: Measuring,
) {
  const line = progressLine();
  const quiet = onInterrupt(() => {
    line.stop();
    if (out !== undefined)
      complain(`quantize: interrupted; the same call goes on, ${journal.known.size} tensors are kept`);
  });
  try {
    const options = {path, formats: ids, importance, known: [...journal.known.keys()]};
    return (await runWorkOnFile(
      {work: "measure", options, paths: [path]},
      {
        timeLimit,
        progress: line.update,
        part: (part) => {
          const {tensor, rows} = part as MeasuredPart;
          journal.keep(tensor, rows);
        },
      },
    )) as MeasureResult;
  } finally {
    quiet();
    line.stop();
  }
}

/** Says on stderr what the table leaves out, and why. */
function tellNotes(
  path: string,
  {leftOut, unused, importance}: MeasureResult,
  rows: readonly TensorRow[],
): void {
  const note = (what: string) => complain(printable(what));
  if (importance !== null) note(`quantize: ${importance}`);
  for (const {tensor, dtype} of leftOut) note(`${tensor} is left out: ${dtype} is no floating-point type`);
  complainUnused("quantize", path, unused);
  for (const {tensor, format, mse, note: why} of rows) {
    if (mse === null) note(`${tensor} in ${format}: ${why}`);
  }
  const sampled = new Set(rows.filter(isSampled).map(({tensor}) => tensor)).size;
  if (sampled === 0) return;
  note(
    `${sampled} tensors of more than ${SAMPLE_ELEMENTS} elements are measured on as many of them: see measuredElements`,
  );
}

/** Rows of a tensor of which only a part was measured. */
const isSampled = ({elements, measuredElements}: TensorRow) =>
  measuredElements > 0 && measuredElements < elements;
