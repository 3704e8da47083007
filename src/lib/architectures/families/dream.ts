import type {Family} from "../family.js";
import {qwen2} from "./qwen.js";

/**
 * Dream (arXiv:2508.15487): Qwen2 without the causal mask. It was made from a decoder and keeps that model's place of a
 * prediction, one position before the token.
 */
export const dream: Family = {
  types: ["Dream"],
  architectures: ["DreamModel"],
  read(c, type) {
    const parts = qwen2.read(c, type);
    return {
      ...parts,
      masked: {token: c.count("mask_token_id", 151_666, 0), shifted: true},
      layers: parts.layers.map((layer) =>
        layer.mixer.kind === "attention" ? {...layer, mixer: {...layer.mixer, causal: false}} : layer,
      ),
    };
  },
};
