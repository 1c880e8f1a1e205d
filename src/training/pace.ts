/** Longest that one call of an engine should take, in ms: between calls the event loop turns. A call can take a multiple of it where other work comes up. */
const LONGEST_CALL = 50;

/** How much work to give to one call of an engine, from how long the calls before took. */
export interface Pace {
  /** Units of work for the next call, 1 or more. */
  units(): number;
  took(units: number, milliseconds: number): void;
}

/** Starts with one unit and grows at most eightfold per call. What is computed must not depend on where calls are cut. */
export function adaptivePace(longestCall = LONGEST_CALL): Pace {
  let next = 1;
  return {
    units: () => next,
    took(units, milliseconds) {
      const fitting = (units * longestCall) / Math.max(milliseconds, 1e-3);
      next = Math.max(1, Math.floor(Math.min(fitting, 8 * units, Number.MAX_SAFE_INTEGER)));
    },
  };
}

/** The same for every call: for calls beside this thread, which may wait for each other. */
export function steadyPace(units: number): Pace {
  return { units: () => units, took: () => {} };
}
