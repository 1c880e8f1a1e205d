import { scheduleFrom } from '../../schedule/description';
import { drawnUpdates, learningRate } from '../../figures/learning-rate';
import { suffixOf, type Axis as FigureAxis, type BarTrace, type Figure, type Layout, type ScatterTrace } from '../../figures/figure';
import { colours, colourway, fontFamily, styledAxis } from '../../figures/template';
import { lossRange } from '../../figures/range-test';
import { timeline } from '../../figures/timeline';
import type { RateSuggestion } from '../../training/range-test';
import { short } from '../describe-settings';
import { type Form, scheduleOf, updatesOf } from '../form';
import { type Point, pointIndex, type SweepTrial } from '../messages';
import type { Series } from './series';
import type { Axis } from './state';

/** Colours on dark ground, in place of those on white. */
const onDark: Readonly<Record<string, string>> = {
  '#1f77b4': '#5aaeea', '#e8710a': '#ffa04d', '#2a9d6f': '#4fc79a', '#b5489a': '#e08acb', '#7a5230': '#c8a27c', '#56a9dc': '#a5d3f2', '#8a8d91': '#b3b7bc', '#c9a400': '#e6c84a',
  [colours.ink]: '#d7dce2', [colours.faint]: '#98a1ab', [colours.grid]: '#2b323b',
};

/** A colour of the house as it is seen best on the page's ground. */
export function toned(colour: string, dark: boolean): string {
  return dark ? (onDark[colour] ?? colour) : colour;
}

/** The colour of a series. */
export function seriesColour({ colour }: Pick<Series, 'colour'>, dark: boolean): string {
  return toned(colourway[colour % colourway.length]!, dark);
}

/** Text of people as text: Plotly would take some tags. */
export function asText(text: string): string {
  return text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character]!);
}

/** An axis for a small panel on the page's ground. */
function panelAxis(title: string, dark: boolean, settings: FigureAxis = {}): FigureAxis {
  const line = dark ? '#59636e' : '#8c959f';
  return styledAxis(title, {
    gridcolor: toned(colours.grid, dark), linecolor: line, tickcolor: line, tickfont: { size: 10.5 }, title: { text: title, standoff: 4, font: { size: 11.5 } }, nticks: 6, ...settings,
  });
}

function panelLayout(dark: boolean, rest: Layout): Layout {
  return {
    font: { family: fontFamily, size: 11.5, color: toned(colours.ink, dark) }, paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)', showlegend: false, hovermode: 'closest',
    margin: { l: 46, r: 10, t: 20, b: 34 }, ...rest,
  };
}

export interface CurvesOptions {
  readonly axis: Axis;
  readonly dark: boolean;
  /** One panel above the other: for narrow pages. */
  readonly stacked: boolean;
}

const panels = [
  { key: 'cost', title: 'Cost' },
  { key: 'loss', title: 'Loss' },
  { key: 'accuracy', title: 'Accuracy' },
  { key: 'eta', title: 'Learning rate η' },
] as const;

/**
 * Cost, loss, accuracy and eta of runs against epoch or update. A run alone has its training in blue and its validation in orange; of several
 * each has its colour. Training is solid, validation dotted. Live points are thin, full measurements thick with markers.
 */
export function curvesFigure(series: readonly Series[], { axis, dark, stacked }: CurvesOptions): Figure {
  const alone = series.length === 1;
  const data = series.flatMap((each) => {
    const own = seriesColour(each, dark);
    const parts = [
      { part: 'train', name: 'training', dash: 'solid', colour: alone ? toned(colours.training, dark) : own },
      { part: 'validation', name: 'validation', dash: 'dot', colour: alone ? toned(colours.validation, dark) : own },
    ] as const;
    const x = (points: readonly Point[]) => points.map(([update]) => (axis === 'update' ? update : Number((update / each.updatesPerEpoch).toPrecision(6))));
    const name = asText(each.label);
    const eta = ratesSoFar(each);
    const [fullX, liveX] = [x(each.curve.full), x(each.curve.live)];
    return [
      ...panels.slice(0, 3).flatMap(({ key }, panel) => parts.flatMap(({ part, name: partName, dash, colour }): ScatterTrace[] => {
        const index = pointIndex[part][key as 'cost' | 'loss' | 'accuracy'];
        const y = (points: readonly Point[]) => points.map((point) => point[index] ?? null);
        const places = { xaxis: `x${suffixOf(panel)}`, yaxis: `y${suffixOf(panel)}` } as const;
        const hover = (what: string) => `${name}<br>${partName}${what}: %{y:${key === 'accuracy' ? '.2%' : '.4f'}}<extra></extra>`;
        const live: ScatterTrace = { type: 'scatter', mode: 'lines', x: liveX, y: y(each.curve.live), line: { color: colour, dash, width: 1 }, opacity: 0.6, hovertemplate: hover(' (live)'), ...places };
        const full: ScatterTrace = { type: 'scatter', mode: fullX.length <= 60 ? 'lines+markers' : 'lines', x: fullX, y: y(each.curve.full), line: { color: colour, dash, width: each.main ? 2 : 1.6 }, marker: { color: colour, size: 4.5 }, hovertemplate: hover(''), ...places };
        return [...(liveX.length > fullX.length ? [live] : []), full];
      })),
      { type: 'scatter', mode: 'lines', x: eta.map(({ update }) => x([[update, 0]])[0]!), y: eta.map(({ value }) => value), line: { color: own, width: 1.4 }, hovertemplate: `${name}: %{y:.3g}<extra></extra>`, xaxis: 'x4', yaxis: 'y4' } satisfies ScatterTrace,
    ];
  });
  const end = Math.max(1e-9, ...series.map(({ updates, updatesPerEpoch }) => (axis === 'update' ? updates : updates / updatesPerEpoch)));
  const range: [number, number] = series.length === 0 ? [0, 1] : [-0.015 * end, 1.015 * end];
  const layout = panelLayout(dark, { uirevision: axis });
  layout.annotations = panels.map(({ title }, panel) => {
    const { x, y } = place(panel, stacked);
    return { text: `<b>${title}</b>`, showarrow: false, xref: 'paper', yref: 'paper', x: x[0], xanchor: 'left', y: y[1], yanchor: 'bottom', font: { size: 12 } } as const;
  });
  panels.forEach(({ key }, panel) => {
    const { x, y } = place(panel, stacked);
    const suffix = suffixOf(panel);
    layout[`xaxis${suffix}`] = panelAxis(axis === 'update' ? 'update' : 'epoch', dark, { domain: x, anchor: `y${suffix}`, range: [...range] });
    layout[`yaxis${suffix}`] = panelAxis('', dark, { domain: y, anchor: `x${suffix}`, ...(key === 'accuracy' ? { tickformat: '.0%' } : key === 'eta' ? { exponentformat: 'power', rangemode: 'tozero' } : {}) });
  });
  return { data, layout };
}

/** Where a panel is on the paper: in two rows of two, or one above the other. */
function place(panel: number, stacked: boolean): { x: [number, number]; y: [number, number] } {
  if (stacked) return { x: [0, 1], y: [1 - 0.26 * panel - 0.16, 1 - 0.26 * panel] };
  const [column, row] = [panel % 2, Math.floor(panel / 2)];
  return { x: column === 0 ? [0, 0.465] : [0.545, 1], y: row === 0 ? [0.575, 1] : [0, 0.425] };
}

/** The learning rates up to the newest point. */
function ratesSoFar({ curve, schedule: description }: Series): { readonly update: number; readonly value: number }[] {
  const schedule = scheduleFrom(description);
  const last = Math.max(curve.full.at(-1)?.[0] ?? -1, curve.live.at(-1)?.[0] ?? -1);
  return drawnUpdates(schedule, last).map((update) => ({ update, value: schedule(update) }));
}

/** Who trained which trials of a search when. */
export function timelineFigure(trials: readonly SweepTrial[], dark: boolean): Figure {
  const ended = trials.flatMap(({ number, state, stint }) => (state === 'running' || stint === null ? [] : [{ number, state, stint }]));
  const { data, layout } = timeline(ended);
  const { autorange, categoryorder, categoryarray } = layout.yaxis!;
  return {
    data: (data as BarTrace[]).map(({ marker, ...trace }) => ({ ...trace, marker: { color: toned(marker?.color as string, dark) } })),
    layout: panelLayout(dark, {
      margin: { l: 46, r: 10, t: 4, b: 34 }, barmode: 'overlay', bargap: 0.25,
      xaxis: panelAxis('seconds', dark, { rangemode: 'tozero' }), yaxis: panelAxis('', dark, { type: 'category', autorange, categoryorder, categoryarray, showgrid: false, ticks: '' }),
    }),
  };
}

/** All points of a curve in order of update. */
function everyPoint({ full, live }: Series['curve']): Point[] {
  return [...full, ...live].sort(([a], [b]) => a - b);
}

/** The validation loss against the rising rate of a range test, with what it suggests. */
export function rangeTestFigure({ curve }: Series, suggestion: RateSuggestion | undefined, dark: boolean): Figure {
  const points = everyPoint(curve).filter(([, eta]) => eta > 0);
  const losses = points.map((point) => point[pointIndex.validation.loss] ?? null);
  const [blue, faint] = [toned(colours.validation, dark), toned(colours.faint, dark)];
  const marks = suggestion ? [{ x: suggestion.steepest, text: 'steepest' }, { x: suggestion.beforeDivergence, text: 'lowest' }] : [];
  return {
    data: [{ type: 'scatter', mode: 'lines', x: points.map(([, eta]) => eta), y: losses, line: { color: blue, width: 2 }, hovertemplate: 'η %{x:.3g}: %{y:.3f}<extra></extra>' }],
    layout: panelLayout(dark, {
      uirevision: 'range-test', margin: { l: 56, r: 16, t: 34, b: 44 },
      xaxis: panelAxis('learning rate η', dark, { type: 'log', exponentformat: 'power', dtick: 1 }),
      yaxis: panelAxis('validation loss (live)', dark, { range: lossRange(losses.filter((loss) => loss !== null)) }),
      shapes: marks.map(({ x }) => ({ type: 'line', x0: x, x1: x, yref: 'paper', y0: 0, y1: 1, line: { color: faint, dash: 'dash', width: 1.4 } })),
      annotations: [
        { text: '<b>Learning rate range test</b>', showarrow: false, xref: 'paper', yref: 'paper', x: 0, xanchor: 'left', y: 1, yanchor: 'bottom', yshift: 8, font: { size: 12.5 } },
        ...marks.map(({ x, text }) => ({ text: `${text} ${short(x)}`, showarrow: false, x: Math.log10(x), xanchor: 'left', xshift: 4, yref: 'paper', y: 0.04, yanchor: 'bottom', font: { color: faint, size: 11.5 } } as const)),
      ],
    }),
  };
}

/** The learning rate that the form describes; undefined where it describes none. */
export function rateFigure(form: Form, dark: boolean): Figure | undefined {
  const description = scheduleOf(form);
  const updates = updatesOf(form);
  if (!(updates <= 200_000)) return undefined;
  try {
    const schedule = scheduleFrom(description);
    const { data, layout } = learningRate(schedule, { updates });
    const [trace] = data as ScatterTrace[];
    return {
      data: [{ ...trace, line: { color: toned(colours.training, dark), width: 1.8 } }],
      layout: panelLayout(dark, {
        margin: { l: 44, r: 8, t: 6, b: 32 }, hovermode: false,
        xaxis: panelAxis('update', dark, { range: layout.xaxis?.range ?? [0, updates], nticks: 5, fixedrange: true }),
        yaxis: panelAxis('η', dark, { rangemode: 'tozero', nticks: 4, exponentformat: 'power', fixedrange: true }),
      }),
    };
  } catch {
    return undefined;
  }
}
