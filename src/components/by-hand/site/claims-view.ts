import {html} from "htl";
import type {ClaimsIndex, FamilyClaim} from "../../../data/claims.js";
import type {ClaimRow} from "../../../lib/experiments/claims/claim-lines.js";
import {explorable} from "../../kit/explorable.js";
import {anchorOf, claimEntry} from "./claim-entry.js";
import {ALL, countText, filtered, filterParams} from "./claims-filter.js";
import {claimsSummary} from "./claims-summary.js";

/** The rows of the ledger of a family, by its title. */
export type FamilyRows = (family: string) => Promise<readonly ClaimRow[]>;

/**
 * All claims: how many of each family agree, filters, and a line a claim that opens. An address that ends in the anchor of a claim
 * opens that claim.
 */
export function claimsView({claims, summary}: ClaimsIndex, rowsOf: FamilyRows): HTMLElement {
  // Made once: a claim that is open stays so when the filters change.
  const entries = new Map(claims.map((claim) => [claim, entry(claim, rowsOf)]));
  const view = explorable({
    label: "Claims",
    params: filterParams(claims),
    says: (filter) => `${countText(filtered(claims, filter).length, claims.length)} shown`,
    draw(filter, set) {
      const shown = filtered(claims, filter);
      return html`<div>
        ${claimsSummary(summary, filter, set)}
        <p class="claims-count">${countText(shown.length, claims.length)}. A line opens to its numbers.</p>
        <div class="ledger">${shown.map((claim) => entries.get(claim))}</div>
      </div>`;
    },
  });
  const reveal = () => revealClaim(view);
  addEventListener("hashchange", reveal);
  // The page scrolls to its anchor before its cells have run.
  requestAnimationFrame(reveal);
  return view;
}

function entry(claim: FamilyClaim, rowsOf: FamilyRows): HTMLElement {
  const evidence = async () => (await rowsOf(claim.family)).filter((row) => row.claim === claim.claim);
  return claimEntry(claim, evidence, anchorOf(claim.claim));
}

/** Opens the claim that the address names; one that the filters hide is shown by taking them away. */
function revealClaim(view: HTMLElement): void {
  const id = decodeURIComponent(location.hash.slice(1));
  if (!id.startsWith(anchorOf(""))) return;
  if (!document.getElementById(id)) view.querySelector<HTMLElement>(`[data-focus="${ALL}"]`)?.click();
  const found = document.getElementById(id);
  if (!(found instanceof HTMLDetailsElement)) return;
  found.open = true;
  found.scrollIntoView();
}
