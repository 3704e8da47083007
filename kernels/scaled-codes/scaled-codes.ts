/** Elements as codes of 2 to 8 bits under a scale that a group of them shares: found by a table, and valued by one. */

export {addField, decodeBytes, decodeFew, decodeIntegers, unpackCodes} from "./decode";
export {castCodes, packCodes, packField} from "./encode";
export {castError, stepErrors} from "./errors";
