/** Kinds of files that checkpoints are written into. */
export const CONTAINERS = ["gguf", "safetensors"] as const;
/** One of {@link CONTAINERS}. */
export type Container = (typeof CONTAINERS)[number];
