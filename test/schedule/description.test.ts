import { describe, expect, test } from 'vitest';
import { parseRunSettings } from '../../src/runs/settings';
import { chain } from '../../src/schedule/chain';
import { cosine } from '../../src/schedule/cosine';
import { cyclical } from '../../src/schedule/cyclical';
import { type ScheduleDescription, scheduleFrom } from '../../src/schedule/description';
import { exponential } from '../../src/schedule/exponential';
import { linearDecay } from '../../src/schedule/linear-decay';
import { linearWarmUp } from '../../src/schedule/linear-warm-up';
import { oneCycle } from '../../src/schedule/one-cycle';
import { SIMPLE_SCHEDULES, simpleSchedule } from '../../src/schedule/over-run';
import { scale } from '../../src/schedule/scale';
import { constant } from '../../src/schedule/constant';
import type { Schedule } from '../../src/schedule/schedule';
import { step } from '../../src/schedule/step';
import { withParameters } from '../../src/search/plan';

const warmUp = { etaMin: 0, etaMax: 0.2, updates: 10 };
const waves = { etaMin: 0.001, etaMax: 0.2, T0: 20, Tmult: 2 };
const decay = { eta: 1, gamma: 0.5, every: 20 };
const triangle = { etaMin: 0.01, etaMax: 0.1, stepSize: 10 };

const described: readonly (readonly [ScheduleDescription, Schedule])[] = [
  [{ type: 'cyclical', ...triangle }, cyclical(triangle)],
  [{ type: 'constant', eta: 0.3 }, constant({ eta: 0.3 })],
  [{ type: 'cosine', ...waves }, cosine(waves)],
  [{ type: 'oneCycle', etaMax: 0.1, updates: 90, warmUp: 0.4, divide: 10, divideAtEnd: 100, shape: 'linear' }, oneCycle({ etaMax: 0.1, updates: 90, warmUp: 0.4, divide: 10, divideAtEnd: 100, shape: 'linear' })],
  [{ type: 'linearWarmUp', ...warmUp }, linearWarmUp(warmUp)],
  [{ type: 'linearDecay', ...warmUp }, linearDecay(warmUp)],
  [{ type: 'step', ...decay }, step(decay)],
  [{ type: 'exponential', ...decay }, exponential(decay)],
  [
    { type: 'chain', parts: [{ schedule: { type: 'linearWarmUp', ...warmUp }, updates: 10 }, { schedule: { type: 'scale', schedule: { type: 'cosine', ...waves }, by: 0.5, above: 0 }, updates: 50 }] },
    chain({ parts: [{ schedule: linearWarmUp(warmUp), updates: 10 }, { schedule: scale({ schedule: cosine(waves), by: 0.5 }), updates: 50 }] }),
  ],
  [
    { type: 'scale', schedule: { type: 'cyclical', ...triangle }, by: { type: 'step', ...decay }, above: 0.01 },
    scale({ schedule: cyclical(triangle), by: step(decay), above: 0.01 }),
  ],
];

const least = { split: { train: ['batch 1'], validation: ['batch 2'] }, updates: 100 };

describe.each(described)('the description %j', (description, schedule) => {
  test('makes the schedule, also after its way through JSON and the settings of a run', () => {
    const settings = parseRunSettings(JSON.parse(JSON.stringify({ ...least, schedule: description })));
    expect(settings.schedule).toEqual(description);
    for (let t = 0; t <= 120; t++) expect(scheduleFrom(settings.schedule)(t)).toBe(schedule(t));
  });
});

test.each<[unknown, string]>([
  [{ type: 'sine' }, 'type is "sine"; "cyclical" or "constant" or "cosine" or "oneCycle"'],
  [{ type: 'constant' }, 'eta is missing; a constant schedule has eta'],
  [{ type: 'step', ...decay, shape: 1 }, 'shape is not a setting of a step schedule, which has eta, gamma, every'],
  [{ type: 'chain', parts: [{ schedule: { type: 'constant', eta: 1 }, updates: 1 }, { schedule: { type: 'cosine', etaMin: 0 }, updates: 1 }] }, 'parts.1.schedule: etaMax is missing; a cosine schedule has etaMin, etaMax, T0, Tmult'],
  [{ type: 'chain', parts: [{ schedule: 0.1, updates: 1 }] }, 'parts.0.schedule must be a schedule, not 0.1'],
  [{ type: 'chain', parts: 'two' }, 'parts must be a list of { schedule, updates }, one or more'],
  [{ type: 'scale', schedule: { type: 'scale', schedule: { type: 'constant', eta: -1 }, by: 1, above: 0 }, by: 1, above: 0 }, 'schedule: schedule: eta must be a finite learning rate, 0 or more, not -1'],
])('%j is refused, with its place', (description, message) => {
  expect(() => scheduleFrom(description as ScheduleDescription)).toThrow(RangeError);
  expect(() => scheduleFrom(description as ScheduleDescription)).toThrow(message);
});

test.each(SIMPLE_SCHEDULES)('%s fits a run', (type) => {
  const schedule = scheduleFrom(simpleSchedule(type, { etaMin: 0.001, etaMax: 0.1, stepSize: 50, updates: 200 }));
  const etas = Array.from({ length: 201 }, (_, t) => schedule(t));
  expect(Math.max(...etas)).toBe(0.1);
  if (type !== 'constant') expect(etas[200]).toBeLessThanOrEqual(0.001);
});

test('a search varies what lies within a chain, and leaves the rest', () => {
  const settings = parseRunSettings({ ...least, schedule: described[8][0] });
  const changed = withParameters(settings, { 'schedule.parts.1.schedule.schedule.etaMax': 0.4, 'schedule.parts.0.updates': 12 });
  expect(changed.schedule).toEqual({
    type: 'chain', parts: [{ schedule: { type: 'linearWarmUp', ...warmUp }, updates: 12 }, { schedule: { type: 'scale', schedule: { type: 'cosine', ...waves, etaMax: 0.4 }, by: 0.5, above: 0 }, updates: 50 }],
  });
  expect(settings.schedule).toEqual(described[8][0]);
  expect(parseRunSettings(changed)).toEqual(changed);
});
