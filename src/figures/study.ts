import type { FigureOptions } from './figure';

/** What the figures of a study need of a trial. */
export interface TrialPoint {
  /** By name. */
  readonly parameters: Readonly<Record<string, number>>;
  /** What was sought, such as the validation accuracy; null if the trial failed. */
  readonly value: number | null;
}

export interface StudyOptions extends FigureOptions {
  /** What the value is. Default 'validation accuracy'. */
  valueTitle?: string;
  /** d3 format of the value. Default '.1%'. */
  format?: string;
  /** Parameters on logarithmic axes. Default none. */
  log?: readonly string[];
  /** Whether large or small values are sought. Default 'maximize'. */
  direction?: 'maximize' | 'minimize';
}

/** A trial with a value. */
export interface FinishedTrial extends TrialPoint {
  readonly value: number;
}

/** The trials with a value. Throws a RangeError, naming `who` asked, if one of them lacks a parameter. */
export function finished(trials: readonly TrialPoint[], parameters: readonly string[], who: string): FinishedTrial[] {
  const done = trials.filter((trial): trial is FinishedTrial => trial.value !== null && Number.isFinite(trial.value));
  for (const name of parameters) {
    const without = done.find((trial) => trial.parameters[name] === undefined);
    if (without !== undefined) throw new RangeError(`${who}: a trial has no parameter "${name}"; it has ${Object.keys(without.parameters).map((key) => `"${key}"`).join(', ')}`);
  }
  return done;
}
