import {FileAttachment} from "observablehq:stdlib";
import type {DataSource} from "./run-worker.js";

/** The files of the data sets that come with the site. Paths must be literals: the build looks for them. */
const FILES: Readonly<Record<string, () => {readonly href: string}>> = {
  "weights/decoder-small": () => FileAttachment("../../../data/models/decoder-small/model.safetensors"),
  "weights/decoder-small-outliers": () =>
    FileAttachment("../../../data/models/decoder-small-outliers/model.safetensors"),
  "weights/decoder-large": () => FileAttachment("../../../data/models/decoder-large/model.safetensors"),
  "weights/decoder-coreference": () =>
    FileAttachment("../../../data/models/decoder-coreference/model.safetensors"),
  "weights/arithmetic-small": () => FileAttachment("../../../data/models/arithmetic-small/model.safetensors"),
  "weights/arithmetic-small-split": () =>
    FileAttachment("../../../data/models/arithmetic-small-split/model.safetensors"),
  "weights/arithmetic-small-split-entropy": () =>
    FileAttachment("../../../data/models/arithmetic-small-split-entropy/model.safetensors"),
  "weights/arithmetic-small-split-classifier": () =>
    FileAttachment("../../../data/models/arithmetic-small-split-classifier/model.safetensors"),
  "weights/arithmetic-large": () => FileAttachment("../../../data/models/arithmetic-large/model.safetensors"),
  "weights/diffusion-small": () => FileAttachment("../../../data/models/diffusion-small/model.safetensors"),
  "weights/mixture-small": () => FileAttachment("../../../data/models/mixture-small/model.safetensors"),
  "weights/mixture-small-zero": () =>
    FileAttachment("../../../data/models/mixture-small-zero/model.safetensors"),
  "weights/mixture-small-early": () =>
    FileAttachment("../../../data/models/mixture-small-early/model.safetensors"),
  "weights/blockffn-small-plain": () =>
    FileAttachment("../../../data/models/blockffn-small-plain/model.safetensors"),
  "weights/blockffn-small": () => FileAttachment("../../../data/models/blockffn-small/model.safetensors"),
  "weights/mamba1-small": () => FileAttachment("../../../data/models/mamba1-small/model.safetensors"),
  "weights/mamba2-small": () => FileAttachment("../../../data/models/mamba2-small/model.safetensors"),
  "weights/mamba2-small-outliers": () =>
    FileAttachment("../../../data/models/mamba2-small-outliers/model.safetensors"),
  "weights/attamba-small": () => FileAttachment("../../../data/models/attamba-small/model.safetensors"),
  "weights/decoder-iso-kv": () => FileAttachment("../../../data/models/decoder-iso-kv/model.safetensors"),
  "weights/decoder-iso-flop": () => FileAttachment("../../../data/models/decoder-iso-flop/model.safetensors"),
  "predictor/decoder-small": () =>
    FileAttachment("../../../data/models/decoder-small/token-butler.safetensors"),
  "predictor/decoder-large": () =>
    FileAttachment("../../../data/models/decoder-large/token-butler.safetensors"),
  "predictor/decoder-coreference": () =>
    FileAttachment("../../../data/models/decoder-coreference/token-butler.safetensors"),
  "heads/decoder-large": () => FileAttachment("../../../data/models/decoder-large/medusa-heads.safetensors"),
  "prompts/decoder-large": () =>
    FileAttachment("../../../data/models/decoder-large/prompt-tokens.safetensors"),
  "groups/decoder-large": () => FileAttachment("../../../data/models/decoder-large/hamburger.safetensors"),
  "activations/decoder-small": () =>
    FileAttachment("../../../data/models/decoder-small/activations.safetensors"),
  "activations/decoder-small-outliers": () =>
    FileAttachment("../../../data/models/decoder-small-outliers/activations.safetensors"),
  "vocabulary/repository": () => FileAttachment("../../../data/vocabularies/repository.safetensors"),
  "runs/few-bit-training": () => FileAttachment("../../../data/measured/few-bit-training.safetensors"),
  "times/kernels": () => FileAttachment("../../../data/measured/kernel-times.safetensors"),
  "classifier/vision-mamba-small": () =>
    FileAttachment("../../../data/models/vision-mamba-small/model.safetensors"),
  "classifier/picture-nets": () => FileAttachment("../../../data/picture-nets/model.safetensors"),
  "regressor/small": () => FileAttachment("../../../data/regressors/small/model.safetensors"),
  "regressor/trees": () => FileAttachment("../../../data/regressors/ladder/trees.safetensors"),
  "regressor/convolutions": () => FileAttachment("../../../data/regressors/ladder/convolutions.safetensors"),
  "meshes/bunny": () => FileAttachment("../../../data/meshes/bunny.safetensors"),
  "meshes/teapot": () => FileAttachment("../../../data/meshes/teapot.safetensors"),
};

/** Data sets that the site leaves out for their size: the rows that they give are shipped. */
const LEFT_OUT: readonly string[] = [
  "regressor/sweep",
  "regressor/adaptation",
  "weights/matmul-free-small",
  "weights/matmul-free-small-float",
  "recurrences/state-tracking",
];

/** True if the site has all data sets of an experiment's `needs`, so that a browser can run it. */
export const isDataHere = (needs: readonly string[]): boolean =>
  !needs.some((name) => LEFT_OUT.includes(name));

/**
 * Names and addresses by which a worker loads the data sets of an experiment's `needs` itself.
 * @throws RangeError naming all data sets if there is none of a name, or the one that the site leaves out.
 */
export function modelData(needs: readonly string[]): Readonly<Record<string, DataSource>> {
  return Object.fromEntries(
    needs.map((name) => {
      const file = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
      if (LEFT_OUT.includes(name)) {
        throw new RangeError(
          `modelData: needs must be on the site, and ${name} is left out for its size; a script can run this experiment`,
        );
      }
      if (file === undefined) {
        throw new RangeError(`modelData: needs must be of ${Object.keys(FILES).join(", ")}, got ${name}`);
      }
      return [name, {file: file().href}];
    }),
  );
}
