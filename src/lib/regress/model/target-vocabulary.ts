import {p10} from "../numbers/p10.js";
import {numberVocabulary} from "../numbers/vocabulary.js";
import {withSpecialValues} from "../numbers/wrappers.js";

/** Tokens that our regression models write: four digits, powers of ten to the tenth, and what is no number. */
export const TARGET_VOCABULARY = numberVocabulary(withSpecialValues(p10(4, 10)));
