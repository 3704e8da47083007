import {decodingMethods} from "../../decoding/registry.js";
import {layerSchedules} from "../../decoding/skipping/registry.js";
import {optionNames} from "../../technique/option-names.js";
import {DECODING_IDS} from "./decoding-choice.js";

/** Names of the ways to decode: of methods as their records have them, of rules with how much faster they are. */
export function decodingNames(): Readonly<Record<string, string>> {
  const methods = optionNames(decodingMethods.all);
  return Object.fromEntries(DECODING_IDS.map((id) => [id, methods[id] ?? skippingName(id)]));
}

/** The name of a rule that leaves layers out, whose id ends with its speedup. */
function skippingName(id: string): string {
  const cut = id.lastIndexOf("-");
  return `${layerSchedules.byId(id.slice(0, cut)).label}, ${id.slice(cut + 1)} times as fast`;
}
