import {formatById} from "../../formats/registry.js";
import {modelFingerprint} from "../fingerprint.js";
import {KEEP, type Recipe} from "../recipe.js";
import type {StoredTensor} from "../stored-tensor.js";

/** Formats by the names of tensors; a tensor that is not named stays as it is stored. */
export type FormatChoices = ReadonlyMap<string, string>;

/** Columns below which a matrix stays as it is: convolutions and states of a few numbers. */
const FEWEST_COLUMNS = 32;

/**
 * Matrices that every tool leaves as they are, in the names of GGUF and of published checkpoints: positions, routers, short
 * convolutions, norms.
 */
const KEPT =
  /(^|\.)(position_embd|token_types|wpe|embed_positions|ffn_gate_inp|mlp\.gate|block_sparse_moe\.gate|router)\.weight$|norm|conv1d|shortconv|attn_rel_b/;

/**
 * One format for all matrices of a checkpoint.
 * @throws RangeError for an id that no format has, or if there is no matrix.
 */
export function choicesOfFormat(format: string, tensors: Iterable<StoredTensor>): FormatChoices {
  const {id} = formatById(format);
  const named = [...tensors].filter(isMatrix).map(({name}) => [name, id] as const);
  if (named.length === 0) throw new RangeError("quantize: PATH must hold a matrix to write, got none");
  return new Map(named);
}

function isMatrix({name, shape, unreadable}: StoredTensor): boolean {
  const isWide = shape.length >= 2 && (shape.at(-1) ?? 0) >= FEWEST_COLUMNS;
  return isWide && unreadable === null && !KEPT.test(name);
}

/**
 * The formats of a recipe.
 * @throws RangeError if the recipe is of another model, or names a tensor that is not there or a format that there is not.
 */
export function choicesOfRecipe(
  {model, tensors: named}: Recipe,
  tensors: ReadonlyMap<string, StoredTensor>,
): FormatChoices {
  const own = modelFingerprint(tensors.values());
  if (own.digest !== model.digest) {
    throw new RangeError(
      `quantize: --recipe must be of this model, of ${own.tensors} tensors (${own.digest}), got one of ${model.tensors} (${model.digest})`,
    );
  }
  const choices = named
    .filter(({format}) => format !== KEEP)
    .map(({name, format}) => {
      if (tensors.has(name)) return [name, formatById(format).id] as const;
      throw new RangeError(`quantize: --recipe must name tensors of the model, got ${name}`);
    });
  return new Map(choices);
}
