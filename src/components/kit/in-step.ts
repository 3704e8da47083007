type Controls = HTMLElement & {value: Readonly<Record<string, unknown>>};

/**
 * Keeps the parameters of the same name in several workbenches at the same value: what a reader chooses in one
 * holds in all of them. Their addresses must share the prefix.
 */
export function inStep(benches: readonly HTMLElement[], names: readonly string[]): void {
  const all = benches.map((bench) => bench.querySelector<Controls>(".controls")!);
  let telling = false;
  for (const source of all) {
    source.addEventListener("input", () => {
      // The others hear of it by the same event, which must not come back.
      if (telling) return;
      telling = true;
      for (const other of all) if (other !== source) follow(other, source, names);
      telling = false;
    });
  }
}

function follow(controls: Controls, source: Controls, names: readonly string[]): void {
  const changed = names.filter((name) => controls.value[name] !== source.value[name]);
  if (changed.length === 0) return;
  controls.value = {
    ...controls.value,
    ...Object.fromEntries(changed.map((name) => [name, source.value[name]])),
  };
  controls.dispatchEvent(new Event("input"));
}
