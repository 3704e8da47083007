/** `paretoscope quantize PATH --write FILE`: one checkpoint in one format, or in those of a recipe. */
import {rmSync} from "node:fs";
import {rename, rm} from "node:fs/promises";
import {basename, extname} from "node:path";
import {CONTAINERS, type Container} from "../../lib/checkpoint/container.js";
import {parseRecipe} from "../../lib/checkpoint/recipe.js";
import type {Asked} from "../../lib/checkpoint/write/checkpoint-file.js";
import type {WrittenTensor} from "../../lib/checkpoint/write/written.js";
import type {Columns} from "../../lib/experiment/columns.js";
import {withGivenColumns} from "../../lib/experiment/table.js";
import {formatById, formats} from "../../lib/formats/registry.js";
import {printable} from "../../lib/io/printable.js";
import {runWorkOnFile} from "../files/file-process.js";
import {inFile, readText} from "../files/json-file.js";
import {requirePlace} from "../files/write-file.js";
import {timeLimitOf} from "../options/time-limit.js";
import {onInterrupt} from "../terminal/interrupt.js";
import {tableWriter} from "../terminal/output.js";
import {complain} from "../terminal/print.js";
import {progressLine} from "../terminal/progress.js";
import {type Call, notOneOf, text, UsageError} from "../terminal/usage.js";
import {importanceFileOf, requireNoInput, requireNotImportance} from "./inputs.js";
import {modelFiles} from "./model-files.js";
import type {WriteResult} from "./write-work.js";

const COLUMNS = {
  tensor: {type: "string", label: "Tensor"},
  format: {type: "string", label: "Format in which it is written"},
  elements: {type: "number", label: "Elements"},
  bytes: {type: "number", label: "Size", unit: "bytes"},
  bitsPerElement: {type: "number", label: "Size", unit: "bits per element, scales included"},
  note: {type: "string", label: "Why it is in another format", nullable: true},
} as const satisfies Columns;

/**
 * Writes the file, whole or not at all, and a table of what was written.
 * @throws UsageError for a wrong call; Error if the model cannot be read or the file not written.
 */
export async function writeCommand(path: string, file: string, call: Call): Promise<void> {
  const container = containerOf(file);
  const asked = await askedOf(call);
  const weighing = await importanceFileOf(call);
  const importance = weighing?.path ?? null;
  const timeLimit = timeLimitOf("quantize", call.options);
  requirePlace("quantize", file);
  await requireNoInput("--write", file, path, await modelFiles(path));
  await requireNotImportance("--write", file, weighing);
  const write = tableWriter("quantize", text(call, "out"));
  remarkOtherContainer(asked, container);
  const {tensors, notes} = await written({path, container, asked, importance, file}, timeLimit);
  for (const note of notes) complain(printable(`quantize: ${note}`));
  await write({
    columns: withGivenColumns(COLUMNS),
    rows: tensors.map(rowOf),
    metadata: {title: `${basename(path)} as ${basename(file)}`, columns: JSON.stringify(COLUMNS)},
  });
}

/** Says where a recipe was made for another kind of file: formats and sizes may then be others. */
function remarkOtherContainer(asked: Asked, container: Container): void {
  const planned = "recipe" in asked ? asked.recipe.container : undefined;
  if (planned === undefined || planned === container) return;
  complain(
    `quantize: the recipe was made for a file of ${planned}, so that formats and sizes may differ; plan --container ${container} makes one for this`,
  );
}

function rowOf({tensor, format, elements, bytes, note}: WrittenTensor) {
  const bitsPerElement = elements === 0 ? 0 : (8 * bytes) / elements;
  return {tensor, format, elements, bytes, bitsPerElement, note, provenance: "measured" as const};
}

function containerOf(file: string): Container {
  const ending = extname(file).toLowerCase();
  const found = CONTAINERS.find((each) => `.${each}` === ending);
  if (found !== undefined) return found;
  throw notOneOf(
    "quantize: the ending of --write",
    ending,
    CONTAINERS.map((each) => `.${each}`),
  );
}

async function askedOf(call: Call): Promise<Asked> {
  const [format, recipe] = [text(call, "format"), text(call, "recipe")];
  if ((format === undefined) === (recipe === undefined)) {
    throw new UsageError("quantize: --write must come with --format or with --recipe, one of them");
  }
  if (recipe !== undefined) {
    const bytes = new TextEncoder().encode(await readText("quantize", recipe));
    return {recipe: inFile("quantize", recipe, () => parseRecipe(bytes))};
  }
  try {
    return {format: formatById(format!).id};
  } catch {
    throw notOneOf("quantize: --format", format!, Object.keys(formats));
  }
}

interface Writing {
  readonly path: string;
  readonly container: Container;
  readonly asked: Asked;
  readonly importance: string | null;
  readonly file: string;
}

/** Writes beside the file first, so that what stands in its place stays until all of it is there. */
async function written({file, ...rest}: Writing, timeLimit: number): Promise<WriteResult> {
  const place = `${file}.${process.pid}.part`;
  const line = progressLine();
  const quiet = onInterrupt(() => {
    line.stop();
    rmSync(place, {force: true});
  });
  try {
    const result = await runWorkOnFile(
      {work: "write", options: {...rest, place}, paths: [rest.path]},
      {timeLimit, progress: line.update, part: () => {}},
    );
    await rename(place, file);
    return result as WriteResult;
  } catch (error) {
    await rm(place, {force: true});
    throw error;
  } finally {
    quiet();
    line.stop();
  }
}
