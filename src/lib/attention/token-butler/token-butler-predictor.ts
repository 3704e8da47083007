import type {DecoderConfig} from "../../engine/decoder/config.js";
import {inverseFrequencies} from "../../engine/rope.js";
import {FormatError} from "../../io/format-error.js";
import type {Tensor} from "../../tensor/tensor.js";
import type {TokenButlerPredictor} from "./token-butler-weights.js";

/** Bases of its rotary embeddings, the same for both widths. */
const ROPE_THETA = 10000;

const SITES = ["attention.input", "mlp.input"] as const satisfies readonly TokenButlerPredictor["site"][];

/**
 * A predictor from tensors `<site>.<part>`, as training/token_butler.py writes them: `site` is what it reads of layer 0,
 * the sizes R, I and D follow from the shapes.
 * @throws FormatError with kind `missing-tensor` or `bad-shape` if the tensors are no predictor for a model of `config`.
 */
export function tokenButlerPredictor(
  tensors: ReadonlyMap<string, Tensor>,
  {hiddenSize: E, heads: H, layers: N}: Pick<DecoderConfig, "hiddenSize" | "heads" | "layers">,
): TokenButlerPredictor {
  const site = SITES.find((each) => tensors.has(`${each}.input.weight`));
  if (site === undefined) {
    throw problem(
      "missing-tensor",
      "input.weight",
      "none",
      `a tensor ${SITES.join(".input.weight or ")}.input.weight`,
    );
  }
  const rows = (part: string) => tensors.get(`${site}.${part}`)?.shape[0] ?? 0;
  const [R, I, D] = [rows("input.weight"), rows("query_hidden.weight"), rows("query_out.weight") / (N * H)];
  if (R % (2 * H) !== 0) {
    throw problem("bad-shape", "input.weight", `${R} rows`, `a multiple of twice the ${H} heads`);
  }
  if (!Number.isInteger(D / 2)) {
    throw problem(
      "bad-shape",
      "query_out.weight",
      `${N * H * D} rows`,
      `an even number for each of ${N} x ${H} heads`,
    );
  }
  const read = (part: string, shape: readonly number[]): Float64Array => {
    const tensor = tensors.get(`${site}.${part}`);
    const wanted = `[${shape.join(", ")}]`;
    if (tensor === undefined) throw problem("missing-tensor", part, "none", `a tensor ${wanted}`);
    if (tensor.shape.join() !== shape.join()) {
      throw problem("bad-shape", part, `[${tensor.shape.join(", ")}]`, wanted);
    }
    return Float64Array.from(tensor.data);
  };
  return {
    site,
    shape: {width: E, heads: H, layers: N, importanceDim: D, hiddenDim: I, reducedDim: R},
    frequencies: {
      attention: inverseFrequencies(R / H, ROPE_THETA),
      importance: inverseFrequencies(D, ROPE_THETA),
    },
    weights: {
      input: read("input.weight", [R, E]),
      q: read("q.weight", [R, R]),
      k: read("k.weight", [R, R]),
      v: read("v.weight", [R, R]),
      normWeight: read("norm.weight", [R]),
      normBias: read("norm.bias", [R]),
      up: read("up.weight", [2 * R, R]),
      upBias: read("up.bias", [2 * R]),
      down: read("down.weight", [E, 2 * R]),
      downBias: read("down.bias", [E]),
      queryHidden: read("query_hidden.weight", [I, E]),
      queryOut: read("query_out.weight", [N * H * D, I]),
      keyHidden: read("key_hidden.weight", [I, E]),
      keyOut: read("key_out.weight", [N * H * D, I]),
    },
  };
}

function problem(kind: string, field: string, value: string, allowed: string): FormatError {
  return new FormatError("tokenButlerPredictor", {kind, offset: null, field, value, allowed});
}
