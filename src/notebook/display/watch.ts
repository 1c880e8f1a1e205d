import type { Figure } from '../../figures/figure';
import { learningCurves } from '../../figures/learning-curves';
import { currentSignal } from '../../training/interruption';
import type { History, Measurement } from '../../training/measurement';
import { liveFigure } from './live-figure';
import { drawInterval, progress, type Progress } from './progress';

/** Measurements as they are made, such as a run of `train`, which also knows how many updates there will be. */
export type Measurements = AsyncIterable<Measurement> & { readonly updates?: number; readonly updatesPerEpoch?: number };

export interface WatchOptions {
  /** Of the progress bar and the figure. Default none. */
  title?: string;
  /** How many updates the training has. Default: `measurements.updates`. */
  updates?: number;
  /** The figure of the measurements so far. Default: `learningCurves`. */
  draw?: (history: History) => Figure;
  /** Milliseconds of a clock that never goes back. Default: the process's. */
  now?: () => number;
}

/** At most this part of the time goes into drawing. */
const drawingShare = 0.02;

/**
 * Follows a training: shows a progress bar with the time left and a figure that grows in place, and returns the history.
 *
 * When the cell is interrupted it returns what was measured so far; if the training fails it shows that, and throws the error.
 * Throws a RangeError if nobody says how many updates there will be.
 */
export async function watch(measurements: Measurements, { title = '', updates = measurements.updates, draw, now = () => performance.now() }: WatchOptions = {}): Promise<History> {
  if (updates === undefined) throw new RangeError('watch: updates is not given, and the measurements do not say it');
  const history: Measurement[] = [];
  const epochs = measurements.updatesPerEpoch === undefined ? {} : { epochs: updates / measurements.updatesPerEpoch };
  const drawing = draw ?? ((sofar: History) => learningCurves(sofar, { ...(title === '' ? {} : { title }), ...epochs }));
  const bar = progress({ title, total: updates, now });
  const figure = liveFigure();
  const signal = currentSignal();
  let [next, drew] = [-Infinity, true];
  bar.update(0);
  try {
    for await (const measurement of measurements) {
      history.push(measurement);
      bar.update(measurement.update, note(measurement));
      const time = now();
      if (!drew || time < next) continue;
      drew = figure.update(drawing(history));
      next = time + Math.max(drawInterval, (now() - time) / drawingShare);
    }
  } catch (error) {
    if (signal?.aborted !== true && !(error instanceof Error && error.name === 'AbortError')) {
      finish(bar, figure, history, drawing, 'failed');
      throw error;
    }
  }
  const complete = history.at(-1)?.update === updates;
  finish(bar, figure, history, drawing, complete ? '' : 'interrupted');
  return history;
}

function finish(bar: Progress, figure: ReturnType<typeof liveFigure>, history: History, draw: (history: History) => Figure, end: string): void {
  const last = history.at(-1);
  bar.finish([end, last === undefined ? '' : note(last)].filter(Boolean).join(' · '));
  if (last !== undefined) figure.finish(draw(history));
}

function note({ epoch, eta, validation }: Measurement): string {
  return `epoch ${epoch.toFixed(1)} · η ${Number(eta.toPrecision(3))} · validation accuracy ${(100 * validation.accuracy).toFixed(2)} %`;
}
