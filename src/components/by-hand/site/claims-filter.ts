import type {FamilyClaim} from "../../../data/claims.js";
import type {ChoiceParam} from "../../../lib/technique/params.js";

/** The option of a filter that lets all claims pass. */
export const ALL = "all";

/** Filters of the ledger by their names in the address. */
export interface ClaimFilter {
  readonly family: string;
  readonly paper: string;
  readonly verdict: string;
  readonly kind: string;
}

const fieldOf: {readonly [F in keyof ClaimFilter]: (claim: FamilyClaim) => string} = {
  family: ({family}) => family,
  paper: ({printed}) => printed.name,
  verdict: ({verdict}) => verdict,
  kind: ({kind}) => kind,
};

const labels: {readonly [F in keyof ClaimFilter]: string} = {
  family: "Family",
  paper: "Paper",
  verdict: "Verdict",
  kind: "Verdict from",
};

/** The filters of some claims as parameters: each offers what the claims have, papers by name. */
export function filterParams(claims: readonly FamilyClaim[]): Record<keyof ClaimFilter, ChoiceParam<string>> {
  const param = (field: keyof ClaimFilter): ChoiceParam<string> => {
    const found = [...new Set(claims.map(fieldOf[field]))];
    if (field === "paper") found.sort((a, b) => a.localeCompare(b, "en"));
    return {kind: "choice", label: labels[field], options: [ALL, ...found], default: ALL};
  };
  return {
    family: param("family"),
    paper: param("paper"),
    verdict: param("verdict"),
    kind: param("kind"),
  };
}

/** The claims that pass all filters. */
export function filtered(claims: readonly FamilyClaim[], filter: ClaimFilter): FamilyClaim[] {
  const fields = Object.keys(fieldOf) as (keyof ClaimFilter)[];
  return claims.filter((claim) =>
    fields.every((field) => filter[field] === ALL || filter[field] === fieldOf[field](claim)),
  );
}

/** The count of claims that are shown, in words. */
export function countText(shown: number, all: number): string {
  return shown === all ? `All ${all} claims` : `${shown} of ${all} claims`;
}
