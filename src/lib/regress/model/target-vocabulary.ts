import {p10} from "../numbers/p10.js";
import {type NumberVocabulary, numberVocabulary} from "../numbers/vocabulary.js";
import {withSpecialValues} from "../numbers/wrappers.js";

/** Tokens that our regression models write: some digits, powers of ten to the tenth, and what is no number. */
export function targetVocabulary(digits = 4): NumberVocabulary {
  return numberVocabulary(withSpecialValues(p10(digits, 10)));
}
