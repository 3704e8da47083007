"""Writes safetensors files: 8 bytes of header length, a JSON header, then the tensors without gaps."""

import json
import struct

DTYPES = {"torch.float32": "F32", "torch.float16": "F16", "torch.int32": "I32", "torch.uint8": "U8"}


def write_safetensors(path, tensors, metadata):
    """`tensors` maps names to torch tensors; widest dtype first, then by name, so that every tensor is aligned."""
    order = sorted(tensors, key=lambda name: (-tensors[name].element_size(), name))
    header, offset = {"__metadata__": metadata}, 0
    for name in order:
        size = tensors[name].numel() * tensors[name].element_size()
        header[name] = {"dtype": DTYPES[str(tensors[name].dtype)], "shape": list(tensors[name].shape),
                        "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name in order:
            file.write(tensors[name].contiguous().numpy().tobytes())
