/** Exit codes of a process that a signal ended, as shells give them. */
const CODES = {SIGINT: 130, SIGTERM: 143} as const;

/**
 * Has `clean` done before an interrupt ends this process.
 * @returns what takes that back
 */
export function onInterrupt(clean: () => void): () => void {
  const handlers = Object.entries(CODES).map(([signal, code]) => {
    const handler = () => {
      clean();
      process.exit(code);
    };
    process.once(signal, handler);
    return [signal, handler] as const;
  });
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
}
