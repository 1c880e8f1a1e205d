import type { History, Scores } from '../training/measurement';
import { suffixOf, type Figure, type FigureOptions, type Layout, type NarrowLayout, type ScatterTrace } from './figure';
import { extent, paddedRange, rounded } from './numbers';
import { colours, figure, legendAbove, narrowLegend, panelTitle, rangeOf, styledAxis } from './template';

export interface LearningCurvesOptions extends FigureOptions {
  /** Where the epoch axis ends. Default: the last measurement's epoch. */
  epochs?: number;
}

const panels: readonly { readonly key: keyof Scores; readonly title: string; readonly domain: [number, number]; readonly digits: string }[] = [
  { key: 'cost', title: 'Cost', domain: [0, 0.275], digits: '.4f' },
  { key: 'loss', title: 'Loss', domain: [0.3625, 0.6375], digits: '.4f' },
  { key: 'accuracy', title: 'Accuracy', domain: [0.725, 1], digits: '.2%' },
];
const parts = [
  { key: 'train', name: 'training', colour: colours.training, dash: 'solid' },
  { key: 'validation', name: 'validation', colour: colours.validation, dash: 'dot' },
] as const;

/** Up to so many measurements each point gets a marker. */
const markedPoints = 40;

/**
 * Cost, loss and accuracy as three panels against epochs, training in blue, validation in orange and dotted.
 *
 * Cost and loss share one range, so that the L2 term is seen as the distance between them. A value that is not finite is a gap.
 */
export function learningCurves(history: History, { epochs, ...options }: LearningCurvesOptions = {}): Figure {
  const mode = history.length <= markedPoints ? 'lines+markers' : 'lines';
  const epoch = history.map((m) => rounded(m.epoch, 6));
  const values = (key: keyof Scores): number[] => history.flatMap((m) => [m.train[key], m.validation[key]]);

  const data = panels.flatMap(({ key, digits }, panel) => parts.map((part): ScatterTrace => ({
    type: 'scatter', mode, name: part.name, legendgroup: part.name, showlegend: panel === 0,
    x: epoch, y: history.map((m) => rounded(m[part.key][key])),
    line: { color: part.colour, dash: part.dash, width: 1.8 }, marker: { color: part.colour, size: 5 },
    hovertemplate: `%{y:${digits}}`, xaxis: `x${suffixOf(panel)}`, yaxis: `y${suffixOf(panel)}`,
  })));

  const end = epochs ?? extent(history.map((m) => m.epoch))?.[1] ?? 1;
  const xRange: [number, number] = [rounded(-0.02 * end)!, rounded(1.02 * end)!];
  const costRange = paddedRange([...values('cost'), ...values('loss')]);
  const ranges = { cost: costRange, loss: costRange, accuracy: paddedRange(values('accuracy')) };
  const layout: Layout = { showlegend: true, legend: legendAbove, margin: { t: 72 } };
  const narrow: NarrowLayout = { height: 900, ...narrowLegend(1.035) };
  layout.annotations = panels.map(({ title, domain }) => panelTitle(title, domain));
  panels.forEach(({ key, domain }, panel) => {
    const suffix = suffixOf(panel);
    layout[`xaxis${suffix}`] = styledAxis('epoch', { domain, anchor: `y${suffix}`, range: xRange, hoverformat: '.1f' });
    layout[`yaxis${suffix}`] = styledAxis('', { anchor: `x${suffix}`, ...rangeOf(ranges[key]), ...(key === 'accuracy' ? { tickformat: '~%' } : {}) });
    const bottom = [0.72, 0.36, 0][panel]!;
    Object.assign(narrow, {
      [`xaxis${suffix}.domain`]: [0, 1], [`yaxis${suffix}.domain`]: [bottom, bottom + 0.24],
      [`annotations[${panel}].x`]: 0.5, [`annotations[${panel}].y`]: bottom + 0.24,
    });
  });
  return figure(data, { defaultHeight: 350, ...options, layout, narrow });
}
