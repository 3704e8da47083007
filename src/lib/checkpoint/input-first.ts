import type {StoredTensor} from "./stored-tensor.js";

/** Matrices of a layer of GPT-2, which are stored [in, out] together or not at all. */
const PARTS = ["attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"];

/**
 * Names of the matrices that are stored [in, out], where every other is [out, in]: those of GPT-2's `Conv1D`. Told by the
 * shape of queries, keys and values, [n, 3n] where others with the same name have [3n, n], and by no config.json.
 * Source: Radford et al. 2019; https://github.com/huggingface/transformers, pytorch_utils.py, `Conv1D`.
 */
export function inputFirstNames(
  tensors: Iterable<Pick<StoredTensor, "name" | "shape">>,
): ReadonlySet<string> {
  const names = new Set<string>();
  for (const {name, shape} of tensors) {
    const [, layer] = /^(.*)attn\.c_attn\.weight$/.exec(name) ?? [];
    if (layer === undefined || shape.length !== 2 || shape[1] !== 3 * shape[0]) continue;
    for (const part of PARTS) names.add(`${layer}${part}.weight`);
  }
  return names;
}
