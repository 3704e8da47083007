import type {ConfigReader} from "./config-reader.js";

/** The window of a file; `byDefault` where the key is missing, none where it is null or 0, as files say of one that is off. */
export function windowIn(c: ConfigReader, byDefault: number | null, key = "sliding_window"): number | null {
  const value = c.raw(key);
  if (value === undefined) return byDefault;
  return value === null || value === 0 ? null : c.count(key);
}

/** Windows by the file's own list of layers, which goes before what its type means for all; undefined without a list. */
export function listedWindows(
  c: ConfigReader,
  layers: number,
  window: number | null,
): readonly (number | null)[] | undefined {
  const types = c.choices("layer_types", ["full_attention", "sliding_attention"], layers);
  return types?.map((type) => (type === "full_attention" ? null : (window ?? c.count("sliding_window"))));
}

/** Windows in all but every `period`th layer, or as the file's own list has it. */
export function allButEvery(
  c: ConfigReader,
  layers: number,
  rule: {readonly period: number; readonly window: number},
): readonly (number | null)[] {
  const window = windowIn(c, rule.window);
  const period = c.count(["sliding_window_pattern", "_sliding_window_pattern"], rule.period);
  return (
    listedWindows(c, layers, window) ??
    Array.from({length: layers}, (_, layer) => ((layer + 1) % period === 0 ? null : window))
  );
}

/** Windows that are off unless switched on, and then hold from `max_window_layers` on. (Qwen) */
export function switchedWindows(
  c: ConfigReader,
  layers: number,
  firstByDefault: number,
): readonly (number | null)[] {
  const isOn = c.flag("use_sliding_window");
  const window = windowIn(c, 4096);
  const first = c.count("max_window_layers", firstByDefault, 0);
  const own = isOn ? window : null;
  return (
    listedWindows(c, layers, own) ?? Array.from({length: layers}, (_, layer) => (layer >= first ? own : null))
  );
}
