import {html} from "htl";
import type {Row} from "../../../lib/experiment/columns.js";
import type {attentionPrompt} from "../../../lib/experiments/attention/prompt.js";
import {largest} from "../../../lib/stats/extent.js";
import {explorable} from "../../kit/explorable.js";
import {fold} from "../../kit/openings/fold.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {colourOf, type Look} from "../../plots/palette.js";
import {policyLooks} from "../../plots/policy-family.js";
import {FULL} from "../../plots/row-names.js";
import {grouped} from "../../plots/series.js";

type PromptRow = Row<(typeof attentionPrompt)["columns"]>;

/** A prompt under a policy. */
interface Told {
  readonly policy: string;
  readonly label: string;
  /** A row for every step. */
  readonly words: readonly PromptRow[];
  /** By step, the keys that are kept or matter, by place. */
  readonly keys: ReadonlyMap<string, ReadonlyMap<number, PromptRow>>;
  /** The words that it wrote, and whether they are the full model's. */
  readonly answer: string;
  readonly agrees: boolean;
}

/** The parameters of a run that the drawing speaks of. */
interface Setting {
  readonly layer: number;
  readonly head: string;
}

/** A strip of tokens for every policy: what matters to the chosen step, what is kept, and what is answered. */
export function tokenStrips(rows: readonly PromptRow[], setting: Setting): HTMLElement {
  const prompt = rows.filter(
    ({policy, part, written}) => policy === FULL && part === "word" && written === false,
  ).length;
  const told = Array.from(
    grouped(rows, ({policy}) => policy),
    ([policy, own]) => toldOf(policy, own, prompt),
  );
  const looks = policyLooks(told);
  const [full, ...policies] = told as [Told, ...Told[]];
  return explorable({
    label: "Step by step",
    prefix: "view.",
    params: {
      step: {
        kind: "integer",
        label: "Step: the word that looks back",
        help: "Or touch a word. The last ones were written by the model.",
        min: 0,
        max: full.words.length - 1,
        default: prompt - 1,
      },
    },
    plays: {name: "step"},
    says: ({step}) => `${stepName(full, step)}; ${policies.map((each) => saidOf(each, step)).join("; ")}`,
    draw({step}, set) {
      const strips = html`<div class="told-list">${stripList(told, step, looks)}</div>`;
      // The slider is the way for a keyboard; a tab stop for every word would be a way through all of them.
      strips.addEventListener("click", ({target}) => {
        const place = (target as Element).closest<HTMLElement>("[data-step]")?.dataset.step;
        if (place !== undefined) set({step: Number(place)});
      });
      return captioned(
        "What does each policy keep, and what is then answered?",
        finding(told, step, setting),
        strips,
      );
    },
  });
}

/** Strips in view at first: the full model, and the policies that come first. */
const FIRST = 5;

function stripList(told: readonly Told[], step: number, looks: ReadonlyMap<string, Look>): HTMLElement[] {
  const strips = told.map((each) => strip(each, step, looks.get(each.policy)!));
  if (told.length <= FIRST + 1) return strips;
  const names = told.slice(FIRST).map(({label}) => label);
  return [
    ...strips.slice(0, FIRST),
    fold(`Also ${names.join(", ")}`, html`<div>${strips.slice(FIRST)}</div>`),
  ];
}

function toldOf(policy: string, rows: readonly PromptRow[], prompt: number): Told {
  const words = rows.filter(({part}) => part === "word");
  const keys = Array.from(
    grouped(
      rows.filter(({part}) => part === "key"),
      ({step}) => String(step),
    ),
    ([step, own]) => [step, new Map(own.map((row) => [row.position ?? 0, row]))] as const,
  );
  const written = words.slice(prompt - 1);
  return {
    policy,
    label: words[0]?.label ?? policy,
    words,
    keys: new Map(keys),
    answer: written.map(({expected}) => expected).join(" "),
    agrees: written.every(({agrees}) => agrees),
  };
}

function strip({policy, label, words, keys, answer, agrees}: Told, step: number, look: Look): HTMLElement {
  const now = words[step];
  const seen = keys.get(String(step)) ?? new Map<number, PromptRow>();
  const most = largest(Array.from(seen.values(), ({importance}) => importance ?? 0));
  const verdict =
    policy === FULL
      ? null
      : html`<span class=${agrees ? "right" : "wrong"}>${agrees ? "as the full model" : "not the full model's answer"}</span>`;
  return html`<section class="told" style=${`--colour: ${colourOf(look)}`} aria-label=${label}>
    <h3>${label}</h3>
    <p class="block-facts"><span>writes <strong>${answer}</strong></span>${verdict}<span>is shown ${percent(now.kept)} of the tokens</span><span>expects “${now.expected}” next, ${percent(now.probability ?? 0)}</span></p>
    <ol class="told-words">${words.map((row) => token(row, step, seen.get(row.step), most))}</ol>
  </section>`;
}

/** Made by hand: there are hundreds, and a template costs ten times as much as an element. */
function token(row: PromptRow, step: number, key: PromptRow | undefined, most: number): HTMLElement {
  const place = row.step === step ? "now" : row.step > step ? "later" : "before";
  const importance = key?.importance ?? null;
  const kept = key?.kept ?? 0;
  const item = document.createElement("li");
  item.className = `told-word ${place} ${kept > 0 ? "kept" : "dropped"}${row.written ? " written" : ""}`;
  item.dataset.step = String(row.step);
  item.textContent = row.word;
  if (row.step > step) return item;
  const shade = importance !== null && most > 0 ? importance / most : 0;
  item.style.cssText = `--share: ${Math.round(100 * shade)}%; --kept: ${Math.round(100 * kept)}%`;
  item.title = `kept by ${percent(kept)} of the heads${importance === null ? "" : `, importance ${percent(importance)}`}`;
  return item;
}

const percent = (share: number) => `${numberText(100 * share, 2)} %`;

const stepName = ({words}: Told, step: number) => `“${words[step].word}” (word ${step})`;

function saidOf({label, words}: Told, step: number): string {
  const {expected, agrees} = words[step];
  return `${label} expects ${expected}${agrees ? "" : ", unlike the full model"}`;
}

function finding([full, ...policies]: readonly Told[], step: number, {layer, head}: Setting): string {
  if (full === undefined) return "There is nothing to show.";
  const keys = Array.from(full.keys.get(String(step))?.values() ?? []);
  const top = keys.toSorted((a, b) => (b.importance ?? 0) - (a.importance ?? 0))[0];
  const where = head === "all" ? `over the heads of layer ${layer}` : `in head ${head} of layer ${layer}`;
  const weight = top
    ? `At ${stepName(full, step)} most attention ${where} goes to ${stepName(full, top.position ?? 0)}, ${percent(top.importance ?? 0)}; it is kept by ${listed(policies.filter(({keys}) => (keys.get(String(step))?.get(top.position ?? 0)?.kept ?? 0) >= 0.5))}.`
    : "";
  return `Shading: the importance that the policy gives a token, against the largest of its strip; a bar below: kept. ${weight} The answer of the full model, “${full.answer}”, is given by ${listed(policies.filter(({agrees}) => agrees))}.`;
}

function listed(policies: readonly Told[]): string {
  return policies.length === 0 ? "no policy" : policies.map(({label}) => label).join(", ");
}
