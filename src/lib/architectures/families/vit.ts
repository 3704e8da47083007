import type {ConfigReader} from "../config-reader.js";
import type {Family} from "../family.js";
import type {ImageInput} from "../model-record.js";
import {activationOf, attention, layerNorm, layerPlan, plainNetwork} from "../parts.js";
import {shapeOf, widthOf} from "../shape.js";

/** ViT and DeiT (arXiv:2010.11929, arXiv:2012.12877): patches of an image, every one of which sees every other. */
export const vit: Family = {
  types: ["vit", "deit"],
  architectures: [
    "ViTForImageClassification",
    "DeiTForImageClassification",
    "DeiTForImageClassificationWithTeacher",
  ],
  read(c, type) {
    const shape = shapeOf(c);
    const norm = layerNorm(c, 1e-12, "layer_norm_eps");
    const qkv = c.flag("qkv_bias", true);
    const own = {causal: false, biases: {q: qkv, k: qkv, v: qkv, o: true}};
    const activation = activationOf(c, "gelu");
    const classes = classesOf(c);
    return {
      hidden: shape.hidden,
      finalNorm: norm,
      tied: false,
      headBias: true,
      image: imageOf(c, type),
      vocabulary: {rows: classes, tokens: classes},
      layers: shape.heads.map((_, i) =>
        layerPlan(attention(shape, i, own), plainNetwork(widthOf(c, shape, i), activation), norm),
      ),
    };
  },
};

/**
 * Classes of an image model. A configuration usually lists them in `id2label`; without one the library that wrote
 * it assumes two.
 */
function classesOf(c: ConfigReader): number {
  const labels = c.raw("id2label");
  return labels instanceof Map ? labels.size : c.count("num_labels", 2);
}

function imageOf(c: ConfigReader, type: string): ImageInput {
  const [size, patch] = [c.count("image_size", 224), c.count("patch_size", 16)];
  if (patch > size) throw c.problem("bad-value", "patch_size", patch, `at most ${size}`);
  return {
    size,
    patch,
    channels: c.count("num_channels", 3),
    extraTokens: type === "deit" ? 2 : 1,
    positions: true,
    heads: hasTeacher(c) ? 2 : 1,
  };
}

/** The file holds a second head, on the token that a teacher trained. */
function hasTeacher(c: ConfigReader): boolean {
  const names = c.raw("architectures");
  return Array.isArray(names) && names[0] === "DeiTForImageClassificationWithTeacher";
}
