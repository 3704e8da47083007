/**
 * Follows work whose pieces are expected to take `expected` seconds each, and gives, after each piece, the share that
 * is done and the time left in words: as long for the rest as it took so far, share for share.
 */
export function timeLeft(
  expected: readonly number[],
  now: () => number = () => performance.now() / 1000,
): (piece: number) => [share: number, what: string] {
  const began = now();
  const total = expected.reduce((sum, seconds) => sum + seconds, 0);
  let [done, count] = [0, 0];
  return (piece) => {
    done += piece;
    count++;
    const share = total > 0 ? Math.min(1, done / total) : 1;
    const left = share > 0 ? ((now() - began) * (1 - share)) / share : 0;
    return [share, `${count} of ${expected.length} settings, ${duration(left)} left`];
  };
}

/** Seconds as a person reads them: "42 s", "3 min 5 s", "1 h 2 min". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
