import {optionText} from "../../../lib/technique/option-names.js";
import {type Param, type ParamValue, paramToText} from "../../../lib/technique/params.js";

/** The value of a parameter as controls show it: options by their names. */
export function valueText(param: Param, value: ParamValue<Param>): string {
  if (Array.isArray(value)) return value.map((option) => optionText(param, option)).join(", ");
  const text = typeof value === "string" ? optionText(param, value) : paramToText(value);
  return text.replaceAll(/,(?! )/g, ", ");
}
