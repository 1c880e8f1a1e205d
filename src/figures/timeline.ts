import type { BarTrace, Figure, FigureOptions } from './figure';
import { rounded } from './numbers';
import { colours, figure, legendAbove, narrowLegend, styledAxis } from './template';

/** What a timeline needs of a trial. */
export interface TimelineTrial {
  readonly number: number;
  readonly state: 'complete' | 'pruned' | 'failed';
  /** Who trained it, from when to when in milliseconds; null if nobody had to. */
  readonly stint: { readonly worker: string; readonly from: number; readonly to: number } | null;
}

const outcomes = [['complete', colours.training], ['pruned', '#a9cfe5'], ['failed', colours.warning]] as const;

/** Who trained which trials when: a line for each worker, a bar for each trial. The time is in seconds from the first trial's start. */
export function timeline(trials: readonly TimelineTrial[], options: FigureOptions = {}): Figure {
  const trained = trials.flatMap(({ number, state, stint }) => (stint === null ? [] : [{ number, state, ...stint }]));
  const start = Math.min(...trained.map(({ from }) => from));
  const workers = [...new Set(trained.map(({ worker }) => worker))].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const data = outcomes.flatMap(([state, color]): BarTrace[] => {
    const theirs = trained.filter((trial) => trial.state === state);
    if (theirs.length === 0) return [];
    return [{
      type: 'bar', orientation: 'h', name: state, y: theirs.map(({ worker }) => worker),
      base: theirs.map(({ from }) => rounded((from - start) / 1000)), x: theirs.map(({ from, to }) => rounded((to - from) / 1000)),
      marker: { color, line: { color: '#ffffff', width: 1 } },
      customdata: theirs.map(({ number }) => number), hovertemplate: `trial %{customdata}: %{x:.2f} s<extra>${state}</extra>`,
    }];
  });
  return figure(data, {
    defaultHeight: 110 + 24 * Math.max(1, workers.length),
    ...options,
    layout: {
      xaxis: styledAxis('seconds', { rangemode: 'tozero' }),
      yaxis: styledAxis('', { type: 'category', showgrid: false, ticks: '', autorange: 'reversed', categoryorder: 'array', categoryarray: workers }),
      barmode: 'overlay', bargap: 0.25, hovermode: 'closest', showlegend: data.length > 1, legend: legendAbove,
    },
    ...(data.length > 1 ? { narrow: narrowLegend() } : {}),
  });
}
