import {html} from "htl";
import {PLANNED_FORMATS} from "../../../lib/plan/planned-formats.js";
import type {Family} from "../../../lib/technique/families.js";
import {saveFile} from "../../kit/save-file.js";
import {techniqueFacts, techniques} from "../../kit/techniques.js";
import {failureText, isOffline} from "../../kit/text/failure-text.js";
import type {Markup} from "../../kit/text/markup.js";
import {elementOf} from "../../kit/text/markup-element.js";
import {errorSection} from "../../report/errors.js";
import {cacheSection, inventorySection, machineSection} from "../../report/inventory.js";
import {planSection, qualitySection} from "../../report/plan.js";
import type {ReportData} from "../../report/report-data.js";
import type {CheckpointRun, CheckpointSetting, Findings} from "./checkpoint-run.js";
import {droppedFiles, pickedFiles} from "./dropped-files.js";

const familyOf = (format: string): Family => techniqueFacts("formats", format)?.family ?? "baseline";

/** A report whose sections are drawn anew where they change. */
interface ShownReport {
  readonly element: HTMLElement;
  show(data: ReportData): void;
}

const SECTIONS: readonly ((data: ReportData) => Markup)[] = [
  qualitySection,
  planSection,
  errorSection,
  machineSection,
  cacheSection,
  inventorySection,
];

function shownReport(): ShownReport {
  const places = SECTIONS.map(() => html`<div></div>` as HTMLElement);
  const texts = new Map<HTMLElement, string>();
  return {
    element: html`<div class="report">${places}</div>`,
    show(data) {
      places.forEach((place, i) => {
        const section = SECTIONS[i](data);
        if (texts.get(place) === section.text) return;
        texts.set(place, section.text);
        place.replaceChildren(elementOf(section));
      });
    },
  };
}

/** Rows of a report that came with the page, as `paretoscope report` writes them. */
export type ShippedReport = Omit<ReportData, "familyOf"> & {readonly command: string};

/**
 * Takes a checkpoint of the reader's and reports on it as it is measured, in a worker that can ask this site alone; until
 * then the report of a model of our own stands there. Nothing is remembered.
 */
export function yourCheckpoint(example: ShippedReport): HTMLElement {
  const picker =
    html`<input type="file" accept=".safetensors,.gguf,.json,.txt" multiple>` as HTMLInputElement;
  const folder = html`<input type="file" webkitdirectory>` as HTMLInputElement;
  const memory = html`<input type="number" min="0" step="any" placeholder="half">` as HTMLInputElement;
  const context = html`<input type="number" min="1" step="1" placeholder="as made">` as HTMLInputElement;
  const formats = formatBoxes();
  const text =
    html`<textarea rows="2" autocomplete="off" spellcheck="false" placeholder="Type or paste a text, or drop a .txt file"></textarea>` as HTMLTextAreaElement;
  const drop = html`<div class="drop"><div class="drop-inputs"><label>Files of a model of yours: ${picker}</label><label>or its folder: ${folder}</label></div>
    <div class="drop-inputs"><label>Memory in GB: ${memory}</label><label>Context in tokens: ${context}</label></div>
    <label class="own-text">A text to run the model on, some 300 words at least: ${text}</label>
    ${formats.element}
    <p class="help">Safetensors or GGUF, also dropped here, with the <code>config.json</code> beside them. The bytes are read by a worker of this page alone, in ranges; it can ask this site only and cannot open another address. The page itself gets names and results, and its script holds no way to send them elsewhere. Nothing is kept: with the page all of it is gone.</p></div>`;
  const status = html`<div class="checkpoint-status" role="status"></div>` as HTMLElement;
  const report = shownReport();
  const title =
    html`<p class="report-of">The report of <a href="../data/models/decoder-large/README">decoder-large</a>, a decoder of this site, until you choose a file.</p>` as HTMLElement;
  report.show({...example, familyOf});
  let run: CheckpointRun | undefined;

  async function open(files: readonly File[]): Promise<void> {
    if (files.length === 0) return;
    // Texts that lie in the folder of a model are its own.
    if (files.every(isText)) {
      text.value = await files[0].slice(0, MOST_TEXT).text();
      return;
    }
    run?.cancel();
    const name = nameOf(files);
    status.replaceChildren(html`<p>Reading the headers of ${name} …</p>`);
    const setting: CheckpointSetting = {
      memory: memory.value === "" ? null : memory.valueAsNumber,
      context: context.value === "" ? 0 : context.valueAsNumber,
      formats: formats.chosen(),
      text: text.value.trim() === "" ? null : new File([text.value], "text.txt"),
    };
    // Loaded when a file is there: the page shows its first figure without it.
    try {
      const {runCheckpoint} = await import("./checkpoint-run.js");
      run = started(runCheckpoint, name, files, setting);
    } catch (error) {
      fail(name, error);
    }
  }

  function fail(name: string, error: unknown): void {
    status.replaceChildren(
      html`<p class="problem" role="alert">${isOffline(error) ? "" : `${name} could not be read: `}${failureText(error)}</p>`,
    );
  }

  function started(
    start: typeof import("./checkpoint-run.js").runCheckpoint,
    name: string,
    files: readonly File[],
    setting: CheckpointSetting,
  ): CheckpointRun {
    const bar =
      html`<progress max="1" value="0" aria-label="Share that is measured"></progress>` as HTMLProgressElement;
    const what = html`<span class="muted"></span>`;
    const pause = html`<button type="button">Pause</button>`;
    const cancel = html`<button type="button">Cancel</button>`;
    status.replaceChildren(html`<p>${bar} ${pause} ${cancel} ${what}</p>`);
    let last: ReportData | undefined;
    let isPaused = false;
    const draw = inTime(() => last && report.show(last));
    const mine = start(files, setting, {
      progress(share, name) {
        bar.value = share;
        if (!isPaused) what.textContent = `${Math.floor(100 * share)} %, ${name}`;
      },
      held() {
        what.textContent = "Paused.";
      },
      found(findings: Findings) {
        last = {...findings, name, familyOf};
        title.textContent = `The report of ${name}, as far as it is measured.`;
        draw();
      },
      done() {
        if (last) report.show(last);
        status.replaceChildren(saveButton(() => last, name, again));
        title.textContent = `The report of ${name}.`;
      },
      failed: (error) => fail(name, error),
    });
    pause.addEventListener("click", () => {
      isPaused = !isPaused;
      if (isPaused) mine.pause();
      else mine.resume();
      pause.textContent = isPaused ? "Go on" : "Pause";
      if (isPaused) what.textContent = "Paused as soon as the piece that runs is done.";
    });
    const again = () => {
      const button = html`<button type="button">Measure again with these settings</button>`;
      button.addEventListener("click", () => open(files));
      return button;
    };
    cancel.addEventListener("click", () => {
      mine.cancel();
      status.replaceChildren(html`<p>Ended. What was measured stays below. ${again()}</p>`);
    });
    return mine;
  }

  picker.addEventListener("change", () => open([...(picker.files ?? [])]));
  folder.addEventListener("change", () => open(pickedFiles(folder.files ?? [])));
  drop.addEventListener("dragover", (event) => event.preventDefault());
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    droppedFiles(event.dataTransfer).then(open);
  });
  return html`<section class="own-file" aria-label="Your checkpoint">${drop}${status}${title}${report.element}</section>`;
}

/** Bytes of a text that is dropped; more of it would not be read. */
const MOST_TEXT = 2 ** 21;

const isText = ({name}: File): boolean => /\.txt$/i.test(name);

const nameOf = (files: readonly File[]): string => {
  const [first] = files;
  const folder = first.webkitRelativePath.split("/")[0];
  if (folder) return folder;
  return files.length === 1 ? first.name : `${first.name} and ${files.length - 1} more`;
};

/** The formats that a reader may choose, those of a plan first. */
function formatBoxes() {
  const chosen = new Set<string>(PLANNED_FORMATS);
  const labels = new Map(
    techniques.filter(({registry}) => registry === "formats").map(({id, label}) => [id, label]),
  );
  const others = [...labels.keys()].filter((id) => !chosen.has(id));
  const box = (id: string) => {
    const input = html`<input type="checkbox">` as HTMLInputElement;
    input.checked = chosen.has(id);
    input.addEventListener("change", () => (input.checked ? chosen.add(id) : chosen.delete(id)));
    return html`<label>${input} ${labels.get(id) ?? id}</label>`;
  };
  return {
    element: html`<details class="tensor-list"><summary>Formats to choose from</summary><div class="boxes">${[...PLANNED_FORMATS, ...others].map(box)}</div></details>`,
    chosen: (): string[] => (chosen.size === 0 ? [...PLANNED_FORMATS] : [...chosen]),
  };
}

/** Milliseconds between two drawings of what comes often. */
const PACE = 400;

/** Calls back soon after each call, no more often than at a pace. */
function inTime(draw: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      draw();
    }, PACE);
  };
}

/** The report as one file, as `paretoscope report` writes it. */
function saveButton(data: () => ReportData | undefined, name: string, again: () => HTMLElement): HTMLElement {
  const button = html`<button type="button">Save the report as one page</button>`;
  button.addEventListener("click", async () => {
    const found = data();
    if (found === undefined) return;
    const {reportPage} = await import("../../report/report-page.js");
    const command = `paretoscope report ${/^[\w.-]+$/.test(name) ? name : "PATH"} --out report.html`;
    const page = reportPage(found, {command, maker: "Paretoscope, its page Your checkpoint"});
    saveFile("report.html", page, "text/html");
  });
  return html`<p>Measured. ${button} ${again()}</p>`;
}
