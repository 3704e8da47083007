// What pages use of packages that bring no types.

declare module "observablehq:stdlib" {
  export function FileAttachment(path: string): {readonly href: string; json(): Promise<unknown>};
}

declare module "@uwdata/flechette/src/decode/table-from-ipc.js" {
  export {tableFromIPC} from "@uwdata/flechette";
}

declare module "htl" {
  export function html(strings: TemplateStringsArray, ...values: unknown[]): HTMLElement;
  export function svg(strings: TemplateStringsArray, ...values: unknown[]): SVGElement;
}

declare module "@observablehq/inputs" {
  interface Input<T> extends HTMLFormElement {
    value: T;
  }
  interface Common<T> {
    readonly label?: string;
    readonly value?: T;
  }
  export function select<T>(
    options: readonly T[],
    more: Common<T> & {readonly format?: (option: T) => string},
  ): Input<T>;
  export function checkbox<T>(
    options: readonly T[],
    more: Common<readonly T[]> & {readonly format?: (option: T) => string},
  ): Input<T[]>;
  export function toggle(options: Common<boolean>): Input<boolean>;
}

declare module "plotly.js-cartesian-dist-min" {
  type Figure = readonly [element: HTMLElement, data: readonly object[], layout: object, config: object];
  const Plotly: {
    react(...figure: Figure): Promise<unknown>;
    purge(element: HTMLElement): void;
  };
  export default Plotly;
}
