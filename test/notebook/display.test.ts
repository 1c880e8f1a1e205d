import { PNG } from 'pngjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { imageGrid, learningCurves, learningRate, lines } from '../../src/figures';
import { figureHtml, progress, result, resultMimeType, show, watch } from '../../src/notebook/display';
import { duration } from '../../src/notebook/display/progress';
import { setDisplaySink } from '../../src/notebook/outputs';
import { setCurrentSignal } from '../../src/training/interruption';
import type { Measurement } from '../../src/training/measurement';
import { table, toDataFrame } from '../../src/tables';
import { exampleHistory, triangular } from '../figures/examples';
import { takeDisplays, type Notebook, type Shown } from './display-sink';

const html = (shown: Shown | undefined): string => String(shown?.data['text/html']);
const packedPlotly = (notebook: Notebook): number => notebook.outputs.filter((output) => html(output).includes('DecompressionStream')).length;
const example = lines([{ name: 'a', x: [1, 2], y: [3, 4] }], { title: 'An example' });

let notebook: Notebook;
beforeEach(() => {
  notebook = takeDisplays();
});
afterEach(() => {
  setDisplaySink(undefined);
  setCurrentSignal(undefined);
});

describe('show', () => {
  test('a figure is a picture, then the live figure', () => {
    show(example);
    expect(notebook.outputs.map(({ data }) => Object.keys(data))).toEqual([['image/png'], ['text/html']]);
    const png = PNG.sync.read(Buffer.from(notebook.outputs[0]!.data['image/png'] as string, 'base64'));
    expect(notebook.outputs[0]!.metadata['image/png']).toEqual({ width: png.width / 2, height: png.height / 2 });
  });

  test('Plotly is in one output, that of the figure shown last, so that any cell can run again', () => {
    show(example);
    show(learningRate(triangular(5), { updates: 10 }), example);
    expect(packedPlotly(notebook)).toBe(1);
    expect(html(notebook.outputs.at(-1))).toContain('DecompressionStream');
    // The cell of the first figure runs again: its outputs go, new ones come.
    notebook.outputs.splice(0, 2);
    show(example);
    expect(packedPlotly(notebook)).toBe(1);
    expect(notebook.outputs.filter((output) => 'image/png' in output.data)).toHaveLength(3);
  });

  test('pictures, tables and data frames', () => {
    const values = table([{ lambda: 1e-6, note: '<b>' }]);
    show(imageGrid(new Uint8Array(3072)), values, toDataFrame(values));
    expect(notebook.outputs.map(({ data }) => Object.keys(data))).toEqual([['image/png'], ['text/html', 'text/plain'], ['text/html', 'text/plain']]);
    expect(html(notebook.outputs[1])).toContain('&#60;b&#62;');
    expect(html(notebook.outputs[2])).toBe(html(notebook.outputs[1]));
  });

  test('what cannot be shown is named', () => {
    expect(() => show(7 as never)).toThrow('number was given');
    expect(() => show(Promise.resolve(example) as never)).toThrow('a promise was given; await it');
  });

  test('nothing in a figure can end its script', () => {
    const page = figureHtml(lines([{ name: '</script><img src=x>', x: [1], y: [1] }]));
    expect(page.match(/<\/script>/g)).toHaveLength(1);
    expect(page).not.toContain('<img');
  });

  test('in a plain process it prints', () => {
    setDisplaySink(undefined);
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    show(table([{ a: 1 }]));
    result({ testAccuracy: 0.5 });
    expect(write.mock.calls.map(([text]) => text)).toEqual(['a\n-\n1\n', 'result        value\n------------  -------\ntestAccuracy  50.00 %\n']);
    write.mockRestore();
  });
});

describe('result', () => {
  test('states values for people and for programs', () => {
    const values = { testAccuracy: 0.4601, updates: 1000, best: { lambda: 1e-6 }, trials: [{ lambda: 1 }] };
    result(values);
    const { data } = notebook.outputs[0]!;
    expect(data[resultMimeType]).toEqual(values);
    expect(data['text/plain']).toMatch(/testAccuracy +46\.01 %\nupdates +1000\nbest +lambda: 1e-6\ntrials +1 entries/);
  });

  test('a number that JSON cannot hold is refused with its path', () => {
    expect(() => result({ best: { lambda: NaN } })).toThrow('result.best.lambda is NaN');
    expect(() => result({ trials: [{ lambda: Infinity }] })).toThrow('result.trials.0.lambda is Infinity');
    expect(notebook.messages).toHaveLength(0);
  });
});

describe('progress', () => {
  test('draws four times a second at most, in one output, and says the time left', () => {
    let time = 0;
    const bar = progress({ total: 1000, title: 'work', now: () => time });
    for (let done = 0; done <= 1000; done++, time += 10) bar.update(done);
    expect(notebook.outputs).toHaveLength(1);
    expect(notebook.messages.length).toBe(41);
    expect(notebook.messages[20]!.data['text/plain']).toBe('work · 500/1,000 · 5.0 s left');
    bar.finish('done');
    expect(notebook.outputs[0]!.data['text/plain']).toBe('work · 1,000/1,000 · in 10 s · done');
  });

  test('on a terminal it is one line; elsewhere nothing', () => {
    setDisplaySink(undefined);
    const written: string[] = [];
    const terminal = { isTTY: true, write: (text: string) => written.push(text) };
    const bar = progress({ total: 2, now: () => 0, terminal });
    bar.update(1);
    bar.finish();
    expect(written).toEqual(['\r1/2 · 0.0 s left\u001b[K', '\r1/2 · in 0.0 s\u001b[K\n']);
    progress({ total: 1, terminal: { ...terminal, isTTY: false } }).finish();
    expect(written).toHaveLength(2);
    expect(() => progress({ total: 0 })).toThrow('total is 0');
  });

  test.each([[0.84, '0.8 s'], [12.4, '12 s'], [59.7, '1 min 00 s'], [185, '3 min 05 s'], [7620, '2 h 07 min']])('%s seconds are %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});

describe('watch', () => {
  let time = 0;

  /** A training that takes 50 ms for each measurement. */
  async function* training(history: readonly Measurement[], end?: () => void): AsyncGenerator<Measurement> {
    for (const measurement of history) {
      time += 50;
      yield measurement;
    }
    await Promise.resolve();
    end?.();
  }
  const run = (history: readonly Measurement[], end?: () => void): AsyncGenerator<Measurement> & { updates: number; updatesPerEpoch: number } =>
    Object.assign(training(history, end), { updates: 1000, updatesPerEpoch: 100 });

  const history = exampleHistory(100, 10);
  beforeEach(() => {
    time = 0;
  });

  test('returns the history; ends with a line, a picture and the live figure', async () => {
    expect(await watch(run(history), { title: 'Figure 3', now: () => time })).toEqual(history);
    expect(notebook.outputs.map(({ data }) => Object.keys(data))).toEqual([['text/html', 'text/plain'], ['image/png'], ['text/html']]);
    expect(notebook.outputs[0]!.data['text/plain']).toBe('Figure 3 · 1,000/1,000 · in 5.0 s · epoch 10.0 · η 0.01 · validation accuracy 48.39 %');
    expect(html(notebook.outputs[2])).toContain(JSON.stringify(learningCurves(history, { epochs: 10 }).data[5]!.y));
  });

  test('draws at most four times a second, without pictures until the end', async () => {
    await watch(run(history), { now: () => time });
    const live = notebook.messages.filter(({ displayId }) => displayId === notebook.outputs[2]!.displayId);
    expect(live.length).toBeGreaterThan(15);
    expect(live.length).toBeLessThanOrEqual(5.05 * 4 + 2);
    expect(notebook.messages.filter(({ data }) => 'image/png' in data)).toHaveLength(1);
    // Plotly is sent at most twice: as the figure first appears, and to stay.
    expect(live.filter((message) => html(message).includes('DecompressionStream')).length).toBeLessThanOrEqual(2);
  });

  test('an interruption keeps the history so far and says so', async () => {
    const controller = new AbortController();
    setCurrentSignal(controller.signal);
    const stop = (): void => {
      controller.abort();
      controller.signal.throwIfAborted();
    };
    expect(await watch(run(history.slice(0, 30), stop), { now: () => time })).toEqual(history.slice(0, 30));
    expect(notebook.outputs[0]!.data['text/plain']).toContain('290/1,000 · in 1.5 s · interrupted · epoch 2.9');
    expect(notebook.outputs[1]!.data).toHaveProperty('image/png');
  });

  test('a failure is shown with what was measured, and thrown', async () => {
    const fail = (): void => {
      throw new RangeError('the loss is NaN');
    };
    await expect(watch(run(history.slice(0, 3), fail), { now: () => time })).rejects.toThrow('the loss is NaN');
    expect(notebook.outputs[0]!.data['text/plain']).toContain('failed');
    expect(notebook.outputs[1]!.data).toHaveProperty('image/png');
  });

  test('nothing measured is nothing drawn', async () => {
    expect(await watch(run([]), { now: () => time })).toEqual([]);
    expect(notebook.outputs).toHaveLength(1);
    await expect(watch(training([]))).rejects.toThrow('updates is not given');
  });

  test('drawing costs little: below 10 ms per state of 480 measurements', async () => {
    const long = exampleHistory(480, 48);
    let [states, spent] = [0, 0];
    const before = process.cpuUsage();
    await watch(run(long), { now: () => time, draw: (sofar) => {
      states++;
      const { user, system } = process.cpuUsage(before);
      if (sofar.length < long.length) spent = (user + system) / 1000;
      return learningCurves(sofar);
    } });
    expect(states).toBeGreaterThan(50);
    expect(spent / states).toBeLessThan(10);
  });
});
