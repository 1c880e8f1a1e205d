/** Learning rate as a pure function of the update index: update t = 1, 2, … uses eta(t); eta(0) is where it starts. */
export type Schedule = (t: number) => number;
