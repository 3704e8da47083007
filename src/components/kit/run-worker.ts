// The code of a worker: runs experiments and reads tensor files away from the page, which may end it at any time.
import type {TableRows} from "../../lib/experiment/columns.js";
import type {TensorSet} from "../../lib/experiment/experiment.js";
import {loadExperiment} from "../../lib/experiments/registry.js";
import {blobSource, bytesSource} from "../../lib/io/byte-source.js";
import {floatDecoder} from "../../lib/io/dtypes.js";
import {openSafetensors, readTensor} from "../../lib/io/safetensors.js";
import type {Params, ParamValues} from "../../lib/technique/params.js";
import type {Tensor} from "../../lib/tensor/tensor.js";

/** A set of tensors to load: a file of this site by its address, or a reader's own; all tensors or the named ones. */
export interface DataSource {
  readonly file: string | Blob;
  readonly tensors?: readonly string[];
}

export interface RunRequest {
  readonly kind: "run";
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** By the names in the experiment's `needs`; loaded are those that the setting reads. */
  readonly data?: Readonly<Record<string, DataSource>>;
}

/** What is in a tensor file, from its header alone. */
export interface ListRequest {
  readonly kind: "list";
  readonly file: Blob;
}

export interface ListedTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

export type Reply =
  | {readonly kind: "progress"; readonly share: number; readonly what?: string}
  | {readonly kind: "done"; readonly result: unknown}
  | {readonly kind: "failed"; readonly message: string};

/** What each request is answered with. */
export interface Results {
  readonly run: TableRows;
  readonly list: readonly ListedTensor[];
}

const reply = (message: Reply) => self.postMessage(message);

self.onmessage = async ({data: request}: MessageEvent<RunRequest | ListRequest>) => {
  try {
    const result = request.kind === "run" ? await run(request) : await list(request);
    reply({kind: "done", result});
  } catch (error) {
    reply({kind: "failed", message: error instanceof Error ? error.message : String(error)});
  }
};

async function run({id, params, data = {}}: RunRequest): Promise<Results["run"]> {
  const experiment = await loadExperiment(id);
  const read: readonly string[] = experiment.needsOf(params as Partial<ParamValues<Params>>);
  const sets = await Promise.all(
    Object.entries(data)
      .filter(([name]) => read.includes(name))
      .map(async ([name, source]) => [name, await loadTensors(source)] as const),
  );
  return experiment.runTables(params as Partial<ParamValues<Params>>, {
    data: new Map(sets),
    progress: (share, what) => reply({kind: "progress", share, ...(what === undefined ? {} : {what})}),
  });
}

async function list({file}: ListRequest): Promise<Results["list"]> {
  const {tensors} = await openSafetensors(blobSource(file));
  return Array.from(tensors.values(), ({name, dtype, shape}) => ({name, dtype, shape}));
}

/** A reader's file is read by ranges: a large one costs only its header and the tensors asked for. */
async function loadTensors({file, tensors}: DataSource): Promise<TensorSet> {
  const source = typeof file === "string" ? bytesSource(await fetchBytes(file)) : blobSource(file);
  const opened = await openSafetensors(source);
  const loaded = new Map<string, Tensor>();
  const floats = Array.from(opened.tensors.values()).filter(({dtype}) => floatDecoder(dtype) !== undefined);
  for (const name of tensors ?? floats.map(({name}) => name)) {
    loaded.set(name, await readTensor(opened, name));
  }
  return loaded;
}

async function fetchBytes(address: string): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the data at ${address} did not come: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
