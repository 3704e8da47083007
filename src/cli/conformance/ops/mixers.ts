import {chunkMask, placesInChunks, releasedBoundaries} from "../../../lib/mixers/attamba/boundaries.js";
import {isoWidths} from "../../../lib/mixers/attamba/iso-widths.js";
import type {CaseOp, GoldenTensor, Ops} from "../op.js";

const attambaBoundaries: CaseOp = (args) => {
  const tokens = Number(args.seq_len);
  const text = {
    tokenChunk: Number(args.token_chunk),
    layer: Number(args.layer_idx),
    layers: Number(args.n_layers),
    tokens,
  };
  const boundaries = releasedBoundaries(text);
  return {
    boundaries: {data: boundaries, shape: [boundaries.length]},
    position_in_chunk: placesInChunks(boundaries, tokens),
    mask: chunkMask(boundaries, tokens, Number(args.leading_tokens)),
  };
};

const attambaIsoDims: CaseOp = ({columns, F_columns}, {rows}) => {
  const {data, shape} = rows as GoldenTensor;
  const names = columns as readonly string[];
  const wanted = F_columns as readonly string[];
  const widths = Array.from({length: shape[0]}, (_, row) => {
    const at = (letter: string) => data[row * names.length + names.indexOf(letter)];
    const found = isoWidths({width: at("E"), tokenChunk: at("P"), tokens: at("L"), state: at("D")});
    return wanted.map((name) => (name === "F_isoFLOP" ? found.operations : found.cache));
  });
  return {F: {data: widths.flat(), shape: [shape[0], wanted.length]}};
};

/** Ops of golden files about mixers between attention and state. */
export const mixerOps: Ops = {
  cases: {attamba_boundaries: attambaBoundaries, attamba_iso_dims: attambaIsoDims},
};
