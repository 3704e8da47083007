/** A checkpoint of the reader's: whatever holds tensors. */
export const checkpointParam = {
  kind: "file",
  label: "Model",
  help: "Safetensors or GGUF, in one file or several; a folder with its config.json says more.",
  holds: "folder",
  accepts: "model folder or file of tensors",
  required: true,
  default: null,
} as const;
