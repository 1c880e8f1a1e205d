import { describe, expect, it } from 'vitest';
import { extended } from '../../src/explorer/curve';
import { defaultForm } from '../../src/explorer/form';
import type { Curve, Job, Point, RunRow, ServerEvent } from '../../src/explorer/messages';
import { fromAddress, toAddress } from '../../src/explorer/page/address';
import { missingCurves, seriesOf } from '../../src/explorer/page/series';
import { type Action, initialState, reduce, shown, type State } from '../../src/explorer/page/state';
import { axesOf, linesOf, sortedRuns, topLines, visibleRuns, withinBrushes } from '../../src/explorer/page/table-rows';
import { parseRunSettings } from '../../src/runs/settings';

const settings = parseRunSettings({ split: { train: ['batch 1'], validation: ['batch 2'] }, schedule: { type: 'cyclical', etaMin: 1e-5, etaMax: 0.1, stepSize: 50 }, updates: 100, engine: 'onnx' });
const key = (letter: string) => letter.repeat(64);
const job = (change: Partial<Job> = {}): Job => ({ id: 'job-1', kind: 'run', state: 'running', name: '', settings, updates: 100, updatesPerEpoch: 10, update: 0, key: null, message: '', ...change });
const run = (letter: string, change: Partial<RunRow> = {}): RunRow => ({
  key: key(letter), name: '', outcome: 'finished', settings, updatesPerEpoch: 10, finished: '2026-01-01T00:00:00Z', seconds: 1, trainAccuracy: 0.6, validationAccuracy: 0.4, validationCost: 2, sameData: true, ...change,
});
const point = (update: number): Point => [update, 0.1, 1, 2, 3, 4, 5, 6];
const curve = (...updates: number[]): Curve => ({ full: updates.map(point), live: [] });
const dataset = { name: 'synthetic' as const, classNames: ['a', 'b'], batches: [{ name: 'batch 1', size: 100 }], width: 3072 };
const told = (event: ServerEvent): Action => ({ type: 'server', event });
const after = (...actions: Action[]): State => actions.reduce(reduce, initialState);
const state = (jobs: Job[], runs: RunRow[], curves: Record<string, Curve> = {}, views: Record<string, number> = {}) => told({ type: 'state', dataset, jobs, runs, curves, views });

describe('the state of the page', () => {
  it('begins with what the server says, and again after a lost connection', () => {
    const first = after(state([job()], [run('a')], { 'job-1': curve(0, 10) }), { type: 'overlay', key: key('a') }, { type: 'curve', key: key('a'), curve: curve(0) }, { type: 'focus', id: 'job-1' });
    expect(first).toMatchObject({ connection: 'open', focus: 'job-1', overlays: [key('a')] });
    expect(after(state([job()], [], {}, { 'job-1': 20 })).viewsThere).toEqual({ 'job-1': 20 });
    const lost = reduce(first, { type: 'connection', connection: 'lost' });
    expect(lost.connection).toBe('lost');
    const again = reduce(lost, state([], [run('a')]));
    expect(again).toMatchObject({ connection: 'open', focus: null, overlays: [key('a')], curves: { [key('a')]: curve(0) } });
    expect(again.curves['job-1']).toBeUndefined();
    expect(reduce(again, state([], [])).overlays).toEqual([]);
  });

  it('is not changed in place', () => {
    const before = after(state([job()], [run('a')]));
    const copy = structuredClone(before);
    reduce(before, told({ type: 'points', id: 'job-1', full: [point(1)], live: [] }));
    reduce(before, { type: 'overlay', key: key('a') });
    expect(before).toEqual(copy);
  });

  it('extends curves, and takes no point twice', () => {
    const points = (full: Point[], live: Point[] = []) => told({ type: 'points', id: 'job-1', full, live });
    const { curves, jobs } = after(state([job()], [], { 'job-1': curve(0, 10) }), points([point(0), point(10), point(20)], [point(5)]), points([point(30)], [point(5), point(25)]));
    expect(curves['job-1'].full.map(([update]) => update)).toEqual([0, 10, 20, 30]);
    expect(curves['job-1'].live.map(([update]) => update)).toEqual([5, 25]);
    expect(jobs[0].update).toBe(30);
  });

  it('keeps long live curves short, with their ends', () => {
    let long: Curve = { full: [], live: [] };
    for (let update = 0; update < 10_000; update++) long = extended(long, { full: [], live: [point(update)] });
    expect(long.live.length).toBeLessThanOrEqual(1200);
    expect(long.live.length).toBeGreaterThan(500);
    expect(long.live[0][0]).toBe(0);
    expect(long.live.at(-1)![0]).toBe(9999);
  });

  it('follows what is trained, unless something else is looked at', () => {
    const queue = [job({ state: 'done' }), job({ id: 'job-2' }), job({ id: 'job-3', state: 'queued' })];
    expect(shown(after(state(queue, [])))).toBe('job-2');
    expect(shown(after(state(queue, []), told({ type: 'job', job: job({ id: 'job-2', state: 'done' }) }), told({ type: 'job', job: job({ id: 'job-3' }) })))).toBe('job-3');
    expect(shown(after(state(queue, []), { type: 'focus', id: 'job-1' }))).toBe('job-1');
    expect(shown(after(state(queue, []), { type: 'focus', id: 'job-1' }, told({ type: 'jobs-removed', ids: ['job-1'] })))).toBe('job-2');
    expect(shown(after(state([job({ state: 'queued' })], [])))).toBeNull();
  });

  it('overlays up to seven runs, and forgets those that are deleted', () => {
    const letters = [...'abcdef01'];
    const all = after(state([], letters.map((letter) => run(letter))), ...letters.map((letter): Action => ({ type: 'overlay', key: key(letter) })));
    expect(all.overlays).toHaveLength(7);
    expect(all.notice?.kind).toBe('info');
    expect(reduce(all, { type: 'overlay', key: key('a') }).overlays).not.toContain(key('a'));
    expect(reduce(all, told({ type: 'runs', runs: [run('b')] })).overlays).toEqual([key('b')]);
  });

  it('draws what is looked at first, and no run twice', () => {
    const there = after(state([job({ state: 'done', key: key('a') })], [run('a'), run('b', { name: 'mine' })], { 'job-1': curve(0) }), { type: 'overlay', key: key('a') }, { type: 'overlay', key: key('b') });
    expect(seriesOf(there).map(({ id, label, main, colour }) => [id, label, main, colour])).toEqual([['job-1', '50 · η 1e-5–0.1 · λ 0 · 100 updates', true, 0], [key('b'), 'mine', false, 1]]);
    expect(missingCurves(there)).toEqual([key('b')]);
    expect(missingCurves(reduce(there, { type: 'curve', key: key('b'), curve: curve() }))).toEqual([]);
  });

  it('draws each trial of a search', () => {
    const trials = [0, 1].map((number) => ({ number, parameters: { lambda: 10 ** -number }, value: null, state: 'running' as const, key: null, worker: '', stint: null }));
    expect(seriesOf(after(state([job({ kind: 'sweep', trials, total: 2 })], [], { 'job-1.1': curve(3) }))).map(({ id, label, curve: { full } }) => [id, label, full.length])).toEqual([['job-1.0', 'λ 1', 0], ['job-1.1', 'λ 0.1', 1]]);
  });

  it('sorts by a column, and the other way round when it is chosen again', () => {
    const once = after({ type: 'sort', column: 'lambda' });
    expect(once.sort).toEqual({ column: 'lambda', descending: true });
    expect(reduce(once, { type: 'sort', column: 'lambda' }).sort.descending).toBe(false);
  });
});

describe('the address', () => {
  it('gives back what went into it', () => {
    const part = { form: { ...defaultForm, lambda: 0, etaMax: 0.25, hidden: '100, 50', trainOn: 'all' as const, images: 2000 }, overlays: [key('a'), key('b')], axis: 'update' as const, topPercent: 35, focus: key('c') };
    expect(fromAddress(`#${toAddress(part)}`)).toEqual(part);
    expect(toAddress(fromAddress(''))).toBe('');
  });

  it('takes nothing senseless', () => {
    const wild = '#lambda=-1&etaMax=x&seed=&hidden=<img>&trainOn=9&axis=z&top=1000&run=javascript:1&overlay=a,b&__proto__=1&stepSize=Infinity';
    expect(fromAddress(wild)).toEqual(fromAddress(''));
  });
});

describe('the table and the parallel coordinates', () => {
  const withLambda = (letter: string, lambda: number, validationAccuracy: number | null) => run(letter, { settings: { ...settings, lambda }, validationAccuracy });
  const runs = [withLambda('a', 0.1, 0.3), withLambda('b', 0.001, 0.5), withLambda('c', 0, 0.4), withLambda('d', 0.01, null)];

  it('sorts numbers as numbers, and what has none last either way', () => {
    const letters = (column: 'lambda' | 'validationAccuracy', descending: boolean) => sortedRuns(runs, { column, descending }).map((each) => each.key[0]).join('');
    expect(letters('lambda', false)).toBe('cbda');
    expect(letters('validationAccuracy', true)).toBe('bcad');
    expect(letters('validationAccuracy', false)).toBe('acbd');
  });

  it('has an axis for each parameter that varies, lambda on a logarithmic one with a place for 0', () => {
    const lines = linesOf(runs, []);
    expect(lines.map(({ id }) => id[0]).join('')).toBe('abc');
    const [lambda, value, ...others] = axesOf(lines);
    expect(others).toEqual([]);
    expect([lambda.key, value.key]).toEqual(['lambda', 'value']);
    expect(lambda.places[0]).toBe(1);
    expect(lambda.places[2]).toBe(0);
    expect(lambda.places[1]).toBeGreaterThan(0);
    expect(lambda.ticks[0]).toEqual({ at: 0, value: 0 });
    expect(value.places.map((place) => Number(place.toFixed(6)))).toEqual([0, 1, 0.5]);
  });

  it('keeps what lies within all brushes', () => {
    const lines = linesOf(runs, []);
    expect(withinBrushes(axesOf(lines), 3, { value: [0.4, 1] })).toEqual([false, true, true]);
    expect(withinBrushes(axesOf(lines), 3, { value: [0.4, 1], lambda: [0, 0.1] })).toEqual([false, false, true]);
    expect(visibleRuns({ runs, jobs: [], brushes: { value: [0.4, 1] } }).map((each) => each.key[0])).toEqual(['b', 'c']);
    expect(visibleRuns({ runs, jobs: [], brushes: {} })).toBe(runs);
  });

  it('picks out the best', () => {
    const lines = linesOf(runs, []);
    expect([...topLines(lines, 5)]).toEqual([key('b')]);
    expect([...topLines(lines, 67)]).toEqual([key('b'), key('c')]);
  });

  it('shows trials on their way, and each once it is stored only there', () => {
    const trials = [{ number: 0, parameters: { lambda: 0.5 }, value: 0.2, state: 'running' as const, key: null, worker: '', stint: null }, { number: 1, parameters: { lambda: 0.001 }, value: 0.5, state: 'complete' as const, key: key('b'), worker: '', stint: null }];
    const lines = linesOf(runs, [job({ kind: 'sweep', trials })]);
    expect(lines.map(({ id }) => id)).toEqual([key('a'), key('b'), key('c'), 'job-1.0']);
    expect(lines.at(-1)!.settings.lambda).toBe(0.5);
  });
});
