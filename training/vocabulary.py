"""Trains the byte-level vocabulary of this repository: its own code and prose, so that nothing of others is in it.

python3 training/vocabulary.py --size 16384 --out src/data/vocabularies/repository.safetensors
"""

import argparse
import subprocess

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from safetensors import write_safetensors

# Code, prose and style that people wrote; kernels as base64 are not among them.
KINDS = ("*.ts", "*.mjs", "*.md", "*.css", "*.py")
GENERATED = "src/lib/kernels/generated/"


def own_texts():
    listed = subprocess.run(["git", "ls-files", *KINDS], capture_output=True, text=True, check=True).stdout
    for path in sorted(listed.split()):
        if not path.startswith(GENERATED):
            with open(path, encoding="utf8") as file:
                yield file.read()


def token_bytes(size):
    """The bytes of the tokens, in the order in which they were merged: the first n are a vocabulary of n."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=size, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(own_texts(), trainer)
    spelled = sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1])
    values = {character: byte for byte, character in enumerate(byte_characters())}
    return [bytes(values[character] for character in token) for token, _ in spelled]


def byte_characters():
    """The character that stands for each byte in byte-level vocabularies (https://github.com/openai/gpt-2)."""
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in visible]
    return [chr(byte) if byte in visible else chr(256 + hidden.index(byte)) for byte in range(256)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=16384)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    tokens = token_bytes(options.size)
    # Bytes and lengths up to 255 are whole numbers in float16 too.
    write_safetensors(options.out, {
        "bytes": torch.tensor(list(b"".join(tokens)), dtype=torch.float16),
        "lengths": torch.tensor([len(token) for token in tokens], dtype=torch.float16),
    }, {"tokens": str(len(tokens)), "source": "byte-level BPE over the code and prose of this repository"})


if __name__ == "__main__":
    main()
