import {html} from "htl";
import {unbroken} from "./unbroken.js";

/** A finding as nodes: its first sentence, and in smaller print what follows. */
export function findingNodes(finding: string): (string | HTMLElement)[] {
  const [lead, rest] = splitFinding(unbroken(finding));
  return rest === "" ? [lead] : [`${lead} `, html`<span class="rest">${rest}</span>`];
}

/** The first sentence of a finding and the others. */
export function splitFinding(finding: string): readonly [lead: string, rest: string] {
  const end = /[.!?] (?=\p{Lu}|“)/u.exec(finding);
  return end === null ? [finding, ""] : [finding.slice(0, end.index + 1), finding.slice(end.index + 2)];
}
