import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { cellHtml } from '../../src/explorer/explore';
import { curveToCsv, notebookCell, runsToCsv } from '../../src/explorer/export-run';
import { describeSettings } from '../../src/explorer/describe-settings';
import { countBeyond, defaultForm, type Form, formFromQuery, formOf, formToQuery, hiddenUnits, numberFields, settingsOf, sliderPosition, sliderSteps, sliderValue } from '../../src/explorer/form';
import type { DatasetInfo, RunRow } from '../../src/explorer/messages';
import { runNames } from '../../src/explorer/run-names';
import { openDataset } from '../../src/data/open-dataset';
import { runOnce } from '../../src/runs/run';
import { parseRunSettings } from '../../src/runs/settings';

const folder = mkdtempSync(join(tmpdir(), 'clr-lab-explorer-'));
afterAll(() => rmSync(folder, { recursive: true }));

const dataset: DatasetInfo = { name: 'cifar10', classNames: [...'abcdefghij'], batches: [1, 2, 3, 4, 5].map((n) => ({ name: `batch ${n}`, size: 10_000 })), width: 3072 };

describe('the form', () => {
  it("is the report's figure 3 by default", () => {
    expect(parseRunSettings(settingsOf(defaultForm, dataset))).toMatchObject({
      layers: [3072, 50, 10], split: { train: ['batch 1'], validation: ['batch 2'] }, schedule: { type: 'cyclical', etaMin: 1e-5, etaMax: 0.1, stepSize: 500 }, updates: 1000, batchSize: 100, lambda: 0.01, seed: 1,
    });
  });

  it.each<Partial<Form>>([
    {}, { trainOn: 'all', heldOut: 5000, images: 2000 }, { trainOn: '4', hidden: '', lambda: 0 }, { hidden: '100, 50', cycles: 3, seed: 7 }, { schedule: 'constant', etaMin: 0.01, etaMax: 0.01, stepSize: 300 },
    { schedule: 'cosine', cycles: 2.5 }, { schedule: 'oneCycle', etaMax: 0.2, cycles: 1 }, { schedule: 'linearDecay', etaMin: 0.001, stepSize: 200 },
    { optimiser: 'adamW', initialisation: 'he', batchNormalisation: true, dropout: 0.25, labelSmoothing: 0.1, flip: true, shift: 3 }, { optimiser: 'nesterov', shift: 1 },
  ])('comes back from the settings and from the address: %j', (change) => {
    const form = { ...defaultForm, ...change };
    const back = formOf(parseRunSettings(settingsOf(form, dataset)));
    expect(settingsOf(back, dataset)).toEqual(settingsOf(form, dataset));
    expect(formFromQuery(formToQuery(form))).toEqual(form);
  });

  it("counts what the report's networks have not", () => {
    expect([countBeyond(defaultForm), countBeyond({ ...defaultForm, optimiser: 'adam', flip: true, dropout: 0.5, seed: 2 })]).toEqual([0, 3]);
  });

  it('reads of an address only what makes sense', () => {
    expect(formFromQuery({ dropout: '0.5', optimiser: 'lion', flip: 'yes', batchNormalisation: 'true', shift: 'far', labelSmoothing: '-1' })).toEqual({ ...defaultForm, dropout: 0.5, batchNormalisation: true });
  });

  it('comes near to a schedule that it has not', () => {
    const settings = parseRunSettings({ ...settingsOf(defaultForm, dataset), schedule: { type: 'step', eta: 0.1, gamma: 0.1, every: 400 } });
    const { schedule, etaMin, etaMax, stepSize, cycles } = formOf(settings);
    expect({ schedule, etaMax, stepSize, cycles }).toEqual({ schedule: 'linearDecay', etaMax: 0.1, stepSize: 500, cycles: 1 });
    expect(etaMin).toBeCloseTo(0.001, 12);
  });

  it('reads layers, and names what is none', () => {
    expect([hiddenUnits('50'), hiddenUnits(' 100, 50 '), hiddenUnits('')]).toEqual([[50], [100, 50], []]);
    for (const wrong of ['50.5', 'many', '0', '1e400']) expect(() => hiddenUnits(wrong)).toThrow(wrong);
  });

  it.each(numberFields)('has a slider for $key that goes from end to end and stays where it is put', (field) => {
    expect(sliderValue(field, sliderSteps(field))).toBe(field.max);
    expect(sliderValue(field, 0)).toBe(field.zero ? 0 : field.min);
    let before = -Infinity;
    for (let position = 0; position <= sliderSteps(field); position++) {
      const value = sliderValue(field, position);
      expect(value).toBeGreaterThanOrEqual(before);
      expect(sliderValue(field, sliderPosition(field, value))).toBeCloseTo(value, 12);
      before = value;
    }
    expect(sliderPosition(field, 1e12)).toBe(sliderSteps(field));
  });
});

describe('export', () => {
  const settings = parseRunSettings({ split: { train: 'all', validation: 200 }, take: 250, schedule: { type: 'cyclical', etaMin: 1e-4, etaMax: 0.05, stepSize: 10 }, updates: 20, batchSize: 25, lambda: 0.001, seed: 3, measurementsPerEpoch: 2, engine: 'onnx', layers: [3072, 10, 10] });

  it('writes curves as CSV, with nothing for what is not finite', () => {
    expect(curveToCsv([[0, 0.1, 1, 2, 0.3, 4, 5, 0.6], [5, 0.2, null, null, 0, 1, 1, 1]], 10)).toBe(
      'update,epoch,eta,train_cost,train_loss,train_accuracy,validation_cost,validation_loss,validation_accuracy\n0,0,0.1,1,2,0.3,4,5,0.6\n5,0.5,0.2,,,0,1,1,1\n');
  });

  it('writes runs as CSV in which no name is a formula or breaks a cell', () => {
    const row: RunRow = { key: 'k', name: '=HYPERLINK("x"),1', outcome: 'finished', settings, updatesPerEpoch: 10, finished: 'f', seconds: 1, trainAccuracy: 1, validationAccuracy: null, validationCost: null, sameData: true };
    const [header, line] = runsToCsv([row]).trim().split('\n');
    expect(line.startsWith(`"'=HYPERLINK(""x""),1",3072-10-10,cyclical,0.0001,0.05,10,20,25,0.001,3,250,1,,,1.00,f,k`)).toBe(true);
    expect(header.split(',')).toHaveLength(17);
  });

  const chained = parseRunSettings({
    ...settings,
    schedule: { type: 'chain', parts: [{ schedule: { type: 'linearWarmUp', etaMin: 0, etaMax: 0.05, updates: 5 }, updates: 5 }, { schedule: { type: 'scale', schedule: settings.schedule, by: { type: 'exponential', eta: 1, gamma: 0.9, every: 1 }, above: 0.001 }, updates: 15 }] },
  });

  it.each([
    ['the report\'s kind', settings],
    ['every other kind', parseRunSettings({ ...settings, initialisation: 'he', batchNormalisation: true, dropout: { input: 0.1, hidden: 0.2 }, optimiser: { type: 'adamW' }, labelSmoothing: 0.1, augmentation: { flip: true, shift: 2 } })],
    ['schedules within schedules', chained],
  ])('writes the cell that repeats a run of %s to the same bytes', async (_, settings) => {
    vi.stubEnv('CLR_LAB_CACHE', join(folder, 'cache'));
    vi.stubEnv('CLR_LAB_SYNTHETIC_RECORDS', '100');
    const data = await openDataset({ synthetic: true, onMessage: () => {} });
    const { history } = await runOnce(settings, data, { store: false });
    const code = notebookCell(settings, { name: 'synthetic' });
    const lab = await import('../../src/index');
    const [importing, ...rest] = code.split('\n');
    expect(importing).toMatch(/^import \{ [\w, ]+ \} from 'clr-lab';$/);
    const lines: string[] = [];
    const AsyncFunction = (async () => {}).constructor as new (...names: string[]) => (...given: unknown[]) => Promise<unknown>;
    const body = `${importing.replace(/^import (.*) from 'clr-lab';$/, 'const $1 = lab;')}\n${rest.join('\n')}\nreturn history;`;
    const repeated = await new AsyncFunction('lab', 'console', body)(lab, { log: (line: string) => lines.push(line) });
    expect(repeated).toEqual(history);
    expect(lines[0]).toMatch(/^test accuracy \d+\.\d\d %$/);
    vi.unstubAllEnvs();
  });
});

it('tells of a run what is not as in the report', () => {
  const settings = { split: { train: 'all', validation: 200 }, schedule: { type: 'constant', eta: 0.1 }, updates: 20 };
  expect(describeSettings(parseRunSettings(settings))).toBe('50 · η 0.1 · λ 0 · 20 updates');
  expect(describeSettings(parseRunSettings({ ...settings, dropout: 0.5, optimiser: { type: 'adam' }, augmentation: { flip: true, shift: 4 } }))).toBe('50 · η 0.1 · λ 0 · 20 updates · dropout 0.5 · adam · flips · shifts 4');
});

describe('names', () => {
  it('are kept, replaced and removed, also when many are given at once', async () => {
    const names = runNames(folder);
    expect(await names.all()).toEqual({});
    await Promise.all(Array.from({ length: 20 }, (_, i) => names.set(`key ${i}`, `name ${i}`)));
    expect(Object.keys(await runNames(folder).all())).toHaveLength(20);
    await names.set('key 3', '');
    expect(await names.all()).not.toHaveProperty('key 3');
  });
});

describe('the cell', () => {
  const html = cellHtml({ id: 'x', port: 1234, path: '/token/', hash: '#a=1&hidden=</script><script>alert(1)', height: 700 });

  it('says how to open the explorer where no scripts run', () => {
    expect(html).toContain('ssh -L 1234:127.0.0.1:1234 HOST');
    expect(html).toContain('href="http://127.0.0.1:1234/token/');
  });

  it('has one script, which no setting ends', () => {
    expect(html.split('<script').length - 1).toBe(html.split('hidden=</script><script').length - 1 + 1);
    expect(html.split('<div id="x">')[1].split('<script>(')[1].split('</script>')).toHaveLength(2);
  });
});
