/** Who trained a run, and from when to when: milliseconds since 1970, all of one study on one clock. */
export interface Stint {
  readonly worker: string;
  readonly from: number;
  readonly to: number;
}
