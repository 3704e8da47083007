"""Holds the logits of golden folders against the transformers library, in float64 and on whole texts.

    python3 tests/golden/models/check-families.py [NAME ...]

Needs torch and transformers. Prints the largest difference of a folder beside its largest logit.
"""

import base64
import json
import pathlib
import sys

import numpy as np
import torch
import transformers

HERE = pathlib.Path(__file__).parent


def differences(folder):
    expected = json.loads((folder / "expected.json").read_text())
    ids = torch.tensor([expected["input_ids"]])
    wanted = np.frombuffer(base64.b64decode(expected["logits"]["b64"]), dtype="<f8")
    model = transformers.AutoModelForCausalLM.from_pretrained(
        folder,
        attn_implementation="eager",
        experts_implementation="eager",
        dtype=torch.float64,
        pad_token_id=0,  # some families have a default above a tiny vocabulary
    )
    with torch.no_grad():
        logits = model.eval()(ids, use_cache=False).logits[0].numpy().ravel()
    return np.abs(logits - wanted).max(), np.abs(wanted).max()


def main(names):
    transformers.logging.set_verbosity_error()
    for folder in sorted(HERE / name for name in names) if names else sorted(HERE.iterdir()):
        if not (folder / "expected.json").exists() or not list(folder.glob("*.safetensors")):
            continue
        try:
            largest, scale = differences(folder)
            print(f"{folder.name:24} {largest:.1e} of {scale:.1f}")
        except Exception as error:  # one folder that the library does not take costs no other
            print(f"{folder.name:24} not taken: {str(error).splitlines()[0][:120]}")


if __name__ == "__main__":
    main(sys.argv[1:])
