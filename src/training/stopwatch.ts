/** Counts seconds while it runs. */
export interface Stopwatch {
  seconds(): number;
  pause(): void;
  resume(): void;
}

/** A running stopwatch on a clock of milliseconds; `before` is what it shows at first, in seconds. */
export function startStopwatch(now: () => number, before = 0): Stopwatch {
  let elapsed = before;
  let running: number | undefined = now();
  const seconds = () => elapsed + (running === undefined ? 0 : (now() - running) / 1000);
  return {
    seconds,
    pause() {
      elapsed = seconds();
      running = undefined;
    },
    resume() {
      running ??= now();
    },
  };
}

/** As `told`, with the stopwatch stopped. */
export function offTheClock<A extends unknown[]>(stopwatch: Stopwatch, told: (...what: A) => void | Promise<void>): (...what: A) => Promise<void> {
  return async (...what) => {
    stopwatch.pause();
    await told(...what);
    stopwatch.resume();
  };
}
