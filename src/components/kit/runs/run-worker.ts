// The code of a worker: runs experiments and reads tensor files away from the page, which may end it at any time.

import {modelFolder} from "../../../lib/checkpoint/model-folder.js";
import type {TableRows} from "../../../lib/experiment/columns.js";
import {loadExperiment} from "../../../lib/experiments/registry.js";
import {blobSource} from "../../../lib/io/byte-source.js";
import {blobFolder} from "../../../lib/io/model-folder.js";
import type {Opened, Params, ParamValues} from "../../../lib/technique/params.js";
import {loadTensors} from "./load-tensors.js";

/** A set of tensors to load: the address of a file of this site. */
export interface DataSource {
  readonly file: string;
}

/** A reader's own files by the names of parameters: a file, or those of a model folder. */
export type OwnFiles = Readonly<Record<string, File | readonly File[]>>;

export interface RunRequest {
  readonly kind: "run";
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** By the names in the experiment's `needs`; loaded are those that the setting reads. */
  readonly data?: Readonly<Record<string, DataSource>>;
  /** Read by ranges: a large file costs only what the experiment asks for. */
  readonly files?: OwnFiles;
  /** Bytes that the weights of a model may take; without it as many as their reader allows. */
  readonly memory?: number;
}

export type Reply =
  | {readonly kind: "progress"; readonly share: number; readonly what?: string}
  | {readonly kind: "done"; readonly tables: TableRows}
  | {readonly kind: "failed"; readonly message: string};

const reply = (message: Reply) => self.postMessage(message);

self.onmessage = async ({data: request}: MessageEvent<RunRequest>) => {
  try {
    reply({kind: "done", tables: await run(request)});
  } catch (error) {
    reply({kind: "failed", message: error instanceof Error ? error.message : String(error)});
  }
};

async function run({id, params, data = {}, files = {}, memory}: RunRequest): Promise<TableRows> {
  const experiment = await loadExperiment(id);
  const values = {...params, ...(await opened(files))} as Partial<ParamValues<Params>>;
  const read: readonly string[] = experiment.needsOf(values);
  const sets = await Promise.all(
    Object.entries(data)
      .filter(([name]) => read.includes(name))
      .map(async ([name, {file}]) => [name, await loadTensors(file)] as const),
  );
  return experiment.runTables(values, {
    data: new Map(sets),
    ...(memory !== undefined && {memory}),
    progress: (share, what) => reply({kind: "progress", share, ...(what === undefined ? {} : {what})}),
  });
}

async function opened(files: OwnFiles): Promise<Readonly<Record<string, Opened>>> {
  const entries = Object.entries(files).map(
    async ([name, file]) => [name, await openOnce(name, file)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** What the last request opened by the name of each parameter: pieces of one run ask for the same files again. */
const last = new Map<string, {readonly key: string; readonly source: Promise<Opened>}>();

function openOnce(name: string, file: File | readonly File[]): Promise<Opened> {
  const key = JSON.stringify(
    [file].flat().map((each) => [each.name, each.size, each.lastModified, each.webkitRelativePath]),
  );
  const known = last.get(name);
  if (known?.key === key) return known.source;
  const source = file instanceof Blob ? Promise.resolve(blobSource(file)) : modelFolder(blobFolder(file));
  last.set(name, {key, source});
  return source;
}
