import type {JsonObject} from "../json-file.js";
import {asFlag} from "./fields.js";
import {lowercase, type Normalizer} from "./normalize.js";

/** Characters that stand alone: the blocks of CJK ideographs that BERT's code lists. */
const IDEOGRAPHS =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;

/** The normalizer of BERT. (https://github.com/google-research/bert, tokenization.py, BasicTokenizer) */
export function parseBertNormalizer(options: JsonObject, field: string): Normalizer {
  const flag = (name: string, byDefault = true) => asFlag(options.get(name), `${field}.${name}`, byDefault);
  const small = flag("lowercase");
  const steps: [boolean, Normalizer][] = [
    [flag("clean_text"), cleaned],
    [flag("handle_chinese_chars"), (text) => text.replace(IDEOGRAPHS, " $& ")],
    [flag("strip_accents", small), (text) => text.normalize("NFD").replace(/\p{Mn}/gu, "")],
    [small, lowercase],
  ];
  const taken = steps.filter(([isOn]) => isOn).map(([, step]) => step);
  return (text) => taken.reduce((normalized, step) => step(normalized), text);
}

/** Without what is no character, with plain spaces. */
function cleaned(text: string): string {
  return text.replace(/(?![\t\n\r])[\0\ufffd\p{Cc}\p{Cf}\p{Co}]/gu, "").replace(/\p{White_Space}/gu, " ");
}
