import {experiment} from "../../experiment/experiment.js";
import type {Tokenizer} from "../../io/tokenizer/assemble.js";
import {openTokenizer} from "./folder-tokenizer.js";
import {tokenIds} from "./token-ids.js";

const measured = {provenance: "measured"} as const;

/** A text as the tokenizer of a model folder cuts it, or the text of ids. */
export const tokenize = experiment({
  id: "models/tokenize",
  title: "Tokens of a text of your own",
  question: "How does this model's tokenizer cut a text, and what do these tokens say?",
  source: "the tokenizer.json of the folder, read as https://github.com/huggingface/tokenizers does",
  params: {
    model: {
      kind: "file",
      label: "Model",
      help: "A folder with tokenizer.json, that file, or a GGUF file.",
      holds: "folder",
      accepts: "model folder",
      required: true,
      default: null,
    },
    text: {
      kind: "text",
      label: "Text",
      help: "Cut into tokens, with the file's own special tokens around it.",
      maxLength: 1_000_000,
      default: "",
    },
    file: {
      kind: "file",
      label: "Text file",
      help: "Instead of the text, in UTF-8.",
      holds: "file",
      accepts: "text file",
      default: null,
    },
    decode: {
      kind: "text",
      label: "Ids",
      help: "Token ids between commas, such as 5,17,3, whose text is wanted instead.",
      maxLength: 1_000_000,
      default: "",
    },
    special: {
      kind: "flag",
      label: "Special tokens",
      help: "Put around the text, and written in the text of ids.",
      default: true,
    },
  },
  columns: {
    position: {type: "integer", label: "Position in the text"},
    id: {type: "integer", label: "Token"},
    token: {type: "string", label: "Entry of the vocabulary", nullable: true},
  },
  tables: {text: {text: {type: "string", label: "Text of the tokens"}}},
  needs: [],
  sweep: [],
  async run({model, text, file, decode, special}) {
    const tokenizer = await openTokenizer(model!, "tokenize");
    if (decode !== "") return answer(tokenIds("tokenize", "decode", decode), tokenizer, special);
    const given = file === null ? text : new TextDecoder().decode(await file.read(0, file.size));
    return answer(tokenizer.encode(given, {special}), tokenizer, special);
  },
});

function answer(ids: readonly number[], tokenizer: Tokenizer, special: boolean) {
  return {
    rows: ids.map((id, position) => ({position, id, token: tokenizer.token(id) ?? null, ...measured})),
    text: [{text: tokenizer.decode(ids, {skipSpecial: !special}), ...measured}],
  };
}
