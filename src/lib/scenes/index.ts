/** Meshes and words: codecs of shape, a grammar of objects, and distances between surfaces, for scripts: `paretoscope/scenes`. */

export * from "./codecs/codec.js";
export * from "./codecs/registry.js";
export * from "./crossing.js";
export * from "./distances.js";
export * from "./files/read-mesh.js";
export * from "./grammar/family.js";
export * from "./grammar/registry.js";
export * from "./grammar/values.js";
export * from "./mesh.js";
export * from "./objects.js";
export * from "./outside.js";
export * from "./point-tree.js";
export * from "./quality.js";
export * from "./quantize.js";
export * from "./rates.js";
export * from "./silhouette.js";
export * from "./surface.js";
export * from "./words/decode.js";
export * from "./words/importance.js";
export * from "./words/outline.js";
export * from "./words/search.js";
export * from "./words/text.js";
