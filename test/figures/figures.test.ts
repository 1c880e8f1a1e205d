import type { Data, Layout, newPlot } from 'plotly.js-dist';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { cosine } from '../../src/schedule/cosine';
import { oneCycle } from '../../src/schedule/one-cycle';
import { step } from '../../src/schedule/step';
import { bars, binned, confusionMatrix, learningCurves, learningRate, lines, markSynthetic, parallelCoordinates, searchHistory, spread, type Figure, type ScatterTrace } from '../../src/figures';
import { sequentialColour } from '../../src/figures/template';
import { exampleHistory, examples, triangular } from './examples';
import { expectSnapshot } from './snapshot';

const trace = (figure: Figure, i: number): ScatterTrace => figure.data[i] as ScatterTrace;

describe('every figure', () => {
  test.each(Object.entries(examples))('%s is as in its snapshot', (name, figure) => {
    expectSnapshot(name, figure);
  });

  test.each(Object.entries(examples))('%s is plain JSON', (_name, figure) => {
    expect(JSON.parse(JSON.stringify(figure))).toEqual(figure);
  });

  test('can be passed to Plotly as its types have it', () => {
    expectTypeOf<Figure['data']>().toExtend<Data[]>();
    expectTypeOf<Figure['layout']>().toExtend<Partial<Layout>>();
    expectTypeOf<typeof newPlot>().toBeCallableWith('div', {} as Figure['data'], {} as Figure['layout']);
  });
});

describe('learningCurves', () => {
  const history = exampleHistory(480, 48);

  test('has training and validation in three panels, with the values measured', () => {
    const figure = learningCurves(history);
    expect(figure.data.map(({ name, yaxis }) => `${name} ${yaxis}`)).toEqual(['training y', 'validation y', 'training y2', 'validation y2', 'training y3', 'validation y3']);
    figure.data.forEach(({ x }) => expect(x).toHaveLength(481));
    const at = (i: number): number => trace(figure, i).y![100] as number;
    const { train, validation } = history[100]!;
    [train.cost, validation.cost, train.loss, validation.loss, train.accuracy, validation.accuracy].forEach((value, i) => expect(at(i)).toBeCloseTo(value, 3));
    expect(trace(figure, 0).line!.color).not.toBe(trace(figure, 1).line!.color);
    expect(trace(figure, 0).line!.dash).not.toBe(trace(figure, 1).line!.dash);
  });

  test('shows all values, and marks single points only where they are few', () => {
    const { layout, data } = learningCurves(history);
    const [low, high] = layout.yaxis!.range!;
    const costs = history.flatMap((m) => [m.train.cost, m.validation.cost, m.train.loss, m.validation.loss]);
    expect(low).toBeLessThan(Math.min(...costs));
    expect(high).toBeGreaterThan(Math.max(...costs));
    expect((data[0] as ScatterTrace).mode).toBe('lines');
    expect(trace(learningCurves(history.slice(0, 10)), 0).mode).toBe('lines+markers');
  });

  test('an empty history and values that are not finite are drawn, as gaps', () => {
    expect(learningCurves([]).data).toHaveLength(6);
    const broken = { ...history[0]!, train: { cost: Infinity, loss: NaN, accuracy: 0.1 } };
    const figure = learningCurves([broken, history[1]!]);
    expect(trace(figure, 0).y![0]).toBeNull();
    expect(figure.layout.yaxis!.range!.every(Number.isFinite)).toBe(true);
  });
});

describe('learningRate', () => {
  test('has both ends and every corner', () => {
    const [x, y] = [trace(learningRate(triangular(800), { updates: 4800 }), 0).x as number[], trace(learningRate(triangular(800), { updates: 4800 }), 0).y as number[]];
    expect([x[0], x.at(-1)]).toEqual([0, 4800]);
    for (const corner of [800, 1600, 2400, 3200, 4000]) expect(x).toContain(corner);
    expect(y[x.indexOf(800)]).toBe(0.1);
    expect([y[0], y.at(-1)]).toEqual([1e-5, 1e-5]);
    expect(x.length).toBeLessThan(260);
  });

  test('draws several together, each with its name in the legend, and both sides of every jump', () => {
    const schedules = { 'cosine, restarts': cosine({ T0: 600 }), step: step({ every: 1000 }), 'one cycle': oneCycle({ updates: 3000 }) };
    const figure = learningRate(schedules, { updates: 3000 });
    expect(figure.layout.showlegend).toBe(true);
    expect(figure.data.map(({ name }) => name)).toEqual(Object.keys(schedules));
    Object.values(schedules).forEach((schedule, index) => {
      const { x, y } = trace(figure, index) as { x: number[]; y: number[] };
      expect(y).toEqual(x.map((t) => expect.closeTo(schedule(t), 6)));
    });
    expect(trace(figure, 0).x).toEqual(expect.arrayContaining([600, 601, 1200, 1201, 2400, 2401]));
    expect(trace(figure, 1).x).toEqual(expect.arrayContaining([1000, 1001, 2000, 2001]));
    expect(new Set(figure.data.map((each) => (each as ScatterTrace).line?.color)).size).toBe(3);
  });

  test.each([0, -1, 1.5, NaN])('refuses %s updates', (updates) => {
    expect(() => learningRate(() => 1, { updates })).toThrow(`updates is ${updates}`);
  });
});

describe('lines, bars, spread', () => {
  test('a log axis leaves out what has no logarithm', () => {
    expect(trace(lines([{ name: 'a', x: [0, 1], y: [1, -1] }], { xLog: true, yLog: true }), 0)).toMatchObject({ x: [null, 1], y: [1, null] });
  });

  test('unequal lengths are refused with their numbers', () => {
    expect(() => lines([{ name: 'loss', x: [1, 2], y: [1] }])).toThrow('"loss" has 2 values of x and 1 of y');
    expect(() => bars(['cat', 'dog'], [1])).toThrow('1 values for 2 labels');
    expect(() => confusionMatrix([[1, 2]], ['cat'])).toThrow('it must be 1 × 1');
  });

  test('spread draws mean and standard deviation, in order of x', () => {
    const figure = spread([{ x: 3, values: [1, 2, 3] }, { x: 1, values: [5] }]);
    expect(trace(figure, 1)).toMatchObject({ x: [1, 3], y: [5, 2], error_y: { array: [0, 1] } });
    expect(trace(figure, 0).x).toEqual([1, 3, 3, 3]);
  });
});

describe('binned', () => {
  test('counts each value once, the largest in the last bin', () => {
    expect(binned([0, 1, 2, 3, 4], { bins: 2 })).toEqual({ edges: [0, 2, 4], counts: [2, 3], leftOut: 0 });
  });

  test('has bins of equal ratio on a log axis, and counts what is left out', () => {
    const { edges, counts, leftOut } = binned([1, 5, 50, 100, 0, -1, NaN], { bins: 2, log: true });
    expect(edges).toEqual([1, 10, 100]);
    expect(counts).toEqual([2, 2]);
    expect(leftOut).toBe(3);
  });

  test('equal values and no values have a bin too', () => {
    expect(binned([7, 7], { bins: 1 })).toEqual({ edges: [6.5, 7.5], counts: [2], leftOut: 0 });
    expect(binned([], { bins: 1 }).counts).toEqual([0]);
    expect(() => binned([1], { bins: 0 })).toThrow('bins is 0');
  });
});

describe('studies', () => {
  const trials = [{ parameters: { lambda: 1 }, value: 0.3 }, { parameters: { lambda: 2 }, value: null }, { parameters: { lambda: 3 }, value: 0.2 }];

  test('the history has the best so far, for maxima and minima', () => {
    expect(trace(searchHistory(trials), 1).y).toEqual([0.3, 0.3, 0.3]);
    expect(trace(searchHistory(trials, { direction: 'minimize' }), 1).y).toEqual([0.3, 0.3, 0.2]);
  });

  test('a parameter that is not there is named, with those that are', () => {
    expect(() => parallelCoordinates(trials, ['eta'])).toThrow('no parameter "eta"; it has "lambda"');
  });
});

test('the mark of synthetic data is added without touching the figure', () => {
  const figure = examples['bars']!;
  const before = JSON.stringify(figure);
  expect(markSynthetic(figure).layout.annotations!.at(-1)!.text).toBe('SYNTHETIC DATA');
  expect(JSON.stringify(figure)).toBe(before);
});

test('sequential colours go from nearly white to dark blue', () => {
  expect(sequentialColour(0)).toBe('rgb(247,251,255)');
  expect(sequentialColour(1)).toBe('rgb(11,61,121)');
  expect(sequentialColour(2)).toBe(sequentialColour(1));
});
