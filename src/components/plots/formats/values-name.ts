/** A source of values in words: `normal values`, `the weights of decoder-small`. */
export function valuesName(source: string): string {
  const [kind, model] = source.split("/");
  return model === undefined ? `${source.replace("-t5", "-t")} values` : `the ${kind} of ${model}`;
}
