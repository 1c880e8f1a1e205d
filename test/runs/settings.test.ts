import { describe, expect, test } from 'vitest';
import { parseRunSettings, type RunSettingsInput } from '../../src/runs/settings';

const least: RunSettingsInput = { split: { train: 'all', validation: 1000 }, schedule: { type: 'constant', eta: 0.01 }, updates: 10, engine: 'onnx' };

test('what has a default may be left out', () => {
  const settings = parseRunSettings(least);
  expect(settings).toEqual({ ...least, layers: [3072, 50, 10], batchSize: 100, lambda: 0, seed: 1, measurementsPerEpoch: 10, precision: 'float32' });
  expect(parseRunSettings(settings)).toEqual(settings);
  expect(parseRunSettings({ ...least, engine: 'reference' }).precision).toBe('float64');
  expect(parseRunSettings({ ...least, take: 100 }).take).toBe(100);
});

test('what is beyond the report is kept in one form, and left out where it changes nothing', () => {
  const plain = parseRunSettings(least);
  const nothing = { initialisation: 'lecun', batchNormalisation: false, dropout: 0, optimiser: { type: 'sgd' }, labelSmoothing: 0, augmentation: { flip: false, shift: 0 } } as const;
  expect(parseRunSettings({ ...least, ...nothing })).toEqual(plain);
  expect(Object.keys(parseRunSettings({ ...least, ...nothing })).sort()).toEqual(Object.keys(plain).sort());
  expect(parseRunSettings({ ...least, dropout: { input: 0, hidden: 0 } })).toEqual(plain);
  const settings = parseRunSettings({ ...least, initialisation: 'he', batchNormalisation: true, dropout: { hidden: 0.5 }, optimiser: { type: 'adamW', weightDecay: 0.1 }, labelSmoothing: 0.1, augmentation: { shift: 4 } });
  expect(settings).toEqual({
    ...plain, initialisation: 'he', batchNormalisation: true, dropout: 0.5, labelSmoothing: 0.1, augmentation: { flip: false, shift: 4 },
    optimiser: { type: 'adamW', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 },
  });
  expect(parseRunSettings(settings)).toEqual(settings);
  expect(parseRunSettings({ ...least, dropout: { input: 0.2, hidden: 0.5 } }).dropout).toEqual({ input: 0.2, hidden: 0.5 });
});

describe('refuses, and names the key, the value and what would be right', () => {
  test.each<[object, string]>([
    [{ updates: 0 }, 'settings.updates is 0; a whole number, 1 or more, would be right'],
    [{ updates: undefined }, 'settings.updates is missing; a whole number, 1 or more, would be right'],
    [{ updates: '10' }, 'settings.updates is "10"; a whole number'],
    [{ lambda: -1 }, 'settings.lambda is -1; a finite number, 0 or more, would be right'],
    [{ lambda: NaN }, 'settings.lambda is NaN; a finite number'],
    [{ lambda: Infinity }, 'settings.lambda is Infinity; a finite number'],
    [{ seed: 0.5 }, 'settings.seed is 0.5; a whole number would be right'],
    [{ layers: [3072] }, 'settings.layers is [3072]; a list of two layers or more would be right'],
    [{ layers: [3072, 0, 10] }, 'settings.layers.1 is 0; a whole number, 1 or more, would be right'],
    [{ measurementsPerEpoch: 0 }, 'settings.measurementsPerEpoch is 0; a number above 0 would be right'],
    [{ engine: 'cuda' }, 'settings.engine is "cuda"; one of onnx, tfjs, reference would be right'],
    [{ precision: 'float16' }, 'settings.precision is "float16"; float32 or float64 would be right'],
    [{ engine: 'tfjs', precision: 'float64' }, "settings.precision is \"float64\"; float32 on 'tfjs', float64 on 'reference', either on 'onnx' would be right"],
    [{ split: { train: 'all' } }, "settings.split is {\"train\":\"all\"}; { train: 'all', validation: COUNT } or"],
    [{ schedule: { type: 'cosine' } }, 'settings.schedule is {"type":"cosine"}; an object that scheduleFrom takes (etaMin is missing; a cosine schedule has etaMin, etaMax, T0, Tmult)'],
    [{ schedule: { type: 'constant' } }, 'eta is missing; a constant schedule has eta'],
    [{ schedule: { type: 'constant', eta: 1, etaMax: 2 } }, 'etaMax is not a setting of a constant schedule, which has eta'],
    [{ schedule: { type: 'cyclical', etaMin: 1, etaMax: 0.1, stepSize: 5 } }, 'etaMin must not exceed etaMax, but 1 > 0.1'],
    [{ schedule: null }, 'settings.schedule is null'],
    [{ initialisation: 'zero' }, 'settings.initialisation is "zero"; one of lecun, he, glorot would be right'],
    [{ batchNormalisation: 1 }, 'settings.batchNormalisation is 1; true or false would be right'],
    [{ dropout: 1 }, 'settings.dropout is 1; a number from 0 up to below 1'],
    [{ dropout: { output: 0.5 } }, 'settings.dropout has an unknown key: output'],
    [{ optimiser: { type: 'rmsprop' } }, 'settings.optimiser is {"type":"rmsprop"}; an object that optimiserFrom takes (type is "rmsprop"; "sgd"'],
    [{ optimiser: { type: 'adam', beta1: '0.9' } }, 'beta1 is 0.9'],
    [{ labelSmoothing: 1 }, 'settings.labelSmoothing is 1; a number from 0 up to below 1 would be right'],
    [{ augmentation: { flip: 1 } }, 'settings.augmentation.flip is 1; true or false would be right'],
    [{ augmentation: { shift: -1 } }, 'settings.augmentation.shift is -1; a whole number, 0 or more, would be right'],
    [{ epochs: 3 }, 'settings has an unknown key: epochs'],
  ])('%j', (change, message) => {
    expect(() => parseRunSettings({ ...least, ...change })).toThrow(RangeError);
    expect(() => parseRunSettings({ ...least, ...change })).toThrow(message);
  });

  test('what is no object', () => {
    expect(() => parseRunSettings('run')).toThrow('settings is "run"');
    expect(() => parseRunSettings(undefined)).toThrow('settings is undefined');
  });
});
