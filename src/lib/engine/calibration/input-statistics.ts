import type {Backend} from "../backend.js";
import {forward} from "../decoder/decoder.js";
import {type DecoderWeights, decoderOf, type InputGroup, inputGroups} from "../decoder/decoder-weights.js";
import {type Calibration, inputCollector} from "./calibration.js";

/** Statistics of the input of a group of layers, found by the group's layer and site. */
export type InputStatistics = (group: Pick<InputGroup, "layer" | "site">) => Calibration;

/** Texts to gather statistics on, and how the passes run. */
export interface StatisticsOptions {
  /** Token ids, at least one text. */
  readonly texts: readonly (readonly number[])[];
  readonly backend?: () => Backend | Promise<Backend>;
  readonly signal?: AbortSignal;
}

/** Gathers the statistics of the input of every group of projections of a decoder, over all tokens of some texts. */
export async function inputStatistics(
  weights: DecoderWeights,
  {texts, backend, signal}: StatisticsOptions,
): Promise<InputStatistics> {
  const model = await decoderOf(weights, backend ? {backend: await backend()} : {});
  const collectors = new Map(
    inputGroups(weights).map((group) => {
      const [, inputs] = weights.tensors.get(group.readers[0])!.shape;
      return [key(group), inputCollector(inputs)];
    }),
  );
  for (const ids of texts) {
    signal?.throwIfAborted();
    forward(model, ids, {
      rows: "last",
      hooks: {
        tensor(site, layer, x, rows) {
          collectors.get(key({site, layer}))?.add({shape: [rows, x.length / rows], data: x});
          return undefined;
        },
      },
    });
  }
  const found = new Map([...collectors].map(([name, collector]) => [name, collector.calibration()]));
  return (group) => found.get(key(group))!;
}

const key = ({layer, site}: {layer: number; site: string}): string => `${layer} ${site}`;
