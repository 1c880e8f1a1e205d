import type { Figure } from '../../figures/figure';
import { slice } from '../../figures/slice';
import { timeline } from '../../figures/timeline';
import type { Study } from '../../search/search';
import type { Trial } from '../../search/trial';
import { currentSignal } from '../../training/interruption';
import { liveFigure } from './live-figure';
import { progress } from './progress';

export interface WatchSearchOptions {
  /** Of the progress bar and the figure. Default none. */
  title?: string;
  /** Parameters on logarithmic axes. Default: each of which the study has tried values that differ a hundredfold. */
  log?: readonly string[];
  /** The figure of the trials so far. Default: `slice` of the first parameter. */
  draw?: (trials: readonly Trial[]) => Figure;
  /** Show also who trained which trials when. Default: whether the search is over a queue. */
  timeline?: boolean;
}

/**
 * Follows a search: shows a progress bar with the time left and a figure to which every trial adds a point, and returns the
 * trials in the order of their numbers. Of a search over a queue it shows also who trains what.
 *
 * When the cell is interrupted it returns the trials so far; if the search fails it shows them, and throws the error.
 */
export async function watchSearch(study: Study, { title = '', log, draw, timeline: withTimeline = study.name !== undefined }: WatchSearchOptions = {}): Promise<readonly Trial[]> {
  const drawing = draw ?? ((trials: readonly Trial[]) => slice(trials, Object.keys(trials[0].parameters)[0], { ...(title && { title }), log: log ?? widespread(trials) }));
  const bar = progress({ title, total: study.total });
  const figures = [{ figure: liveFigure(), drawing }, ...(withTimeline ? [{ figure: liveFigure(), drawing: (trials: readonly Trial[]) => timeline(trials) }] : [])];
  const signal = currentSignal();
  bar.update(0);
  let end = 'failed';
  try {
    for await (const trial of study) {
      bar.update(study.trials.length, note(trial) + atWork(study));
      for (const { figure, drawing: draws } of figures) figure.update(draws(study.trials));
    }
    end = '';
  } catch (error) {
    if (!signal?.aborted) throw error;
    end = 'interrupted';
  } finally {
    bar.finish([end, outcomes(study.trials)].filter(Boolean).join(' · '));
    if (study.trials.length > 0) for (const { figure, drawing: draws } of figures) figure.finish(draws(study.trials));
  }
  return study.trials;
}

function note({ parameters, seed, value, reason }: Trial): string {
  const tried = Object.entries(parameters).map(([name, tried]) => `${name} ${Number(tried.toPrecision(4))}`);
  return `${tried.join(', ')}, seed ${seed}: ${value === null ? reason : `${(100 * value).toFixed(2)} %`}`;
}

/** How many workers of a queue have a trial in hand. */
function atWork({ name, running }: Study): string {
  const workers = running.filter(({ worker }) => worker !== '').length;
  return name === undefined || workers === 0 ? '' : ` · ${workers} at work`;
}

function outcomes(trials: readonly Trial[]): string {
  const stored = trials.filter(({ fromStore }) => fromStore).length;
  const counts = [['failed', trials.filter(({ state }) => state === 'failed').length], ['pruned', trials.filter(({ state }) => state === 'pruned').length], ['from the store', stored]] as const;
  return counts.flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`])).join(' · ');
}

function widespread(trials: readonly Trial[]): string[] {
  return Object.keys(trials[0].parameters).filter((name) => {
    const values = trials.map(({ parameters }) => parameters[name]);
    return Math.min(...values) > 0 && Math.max(...values) / Math.min(...values) >= 100;
  });
}
