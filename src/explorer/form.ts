import { type Initialisation, INITIALISATIONS } from '../network/network';
import { OPTIMISER_TYPES, type OptimiserDescription } from '../network/optimiser/optimiser';
import type { RunSettings, RunSettingsInput } from '../runs/settings';
import { type ScheduleDescription, scheduleFrom } from '../schedule/description';
import { etaRange, SIMPLE_SCHEDULES, type SimpleSchedule, simpleSchedule } from '../schedule/over-run';
import type { DatasetInfo } from './messages';

/*
 * What the page's controls hold, and its ways to the settings of a run and to the page's address. Pure functions: this file is in
 * the page and in the server's process.
 */

export interface Form {
  /** Train on batch 1 and validate on batch 2; on 1 to 4 and on 5; or on all but the last `heldOut` images. */
  readonly trainOn: '1' | '4' | 'all';
  readonly heldOut: number;
  /** Train on so many of the first training images; 0 is all. */
  readonly images: number;
  /** Units of the hidden layers, '50' or '100, 50'; '' is none. */
  readonly hidden: string;
  readonly schedule: SimpleSchedule;
  readonly etaMin: number;
  /** Of a constant schedule the learning rate. */
  readonly etaMax: number;
  readonly stepSize: number;
  readonly cycles: number;
  readonly batchSize: number;
  readonly lambda: number;
  readonly seed: number;
  readonly measurementsPerEpoch: number;
  /** With its default settings. */
  readonly optimiser: OptimiserDescription['type'];
  readonly initialisation: Initialisation;
  readonly batchNormalisation: boolean;
  /** Fraction of the hidden units that is dropped in each update. */
  readonly dropout: number;
  readonly labelSmoothing: number;
  readonly flip: boolean;
  /** Pixels that training images are shifted by at most. */
  readonly shift: number;
}

/** The settings of the report's figure 3, measured in full once an epoch. */
export const defaultForm: Form = {
  trainOn: '1', heldOut: 1000, images: 0, hidden: '50', schedule: 'cyclical', etaMin: 1e-5, etaMax: 0.1, stepSize: 500, cycles: 1,
  batchSize: 100, lambda: 0.01, seed: 1, measurementsPerEpoch: 1,
  optimiser: 'sgd', initialisation: 'lecun', batchNormalisation: false, dropout: 0, labelSmoothing: 0, flip: false, shift: 0,
};

/** What the report's networks have not. */
const BEYOND = ['optimiser', 'initialisation', 'batchNormalisation', 'dropout', 'labelSmoothing', 'flip', 'shift'] as const;

/** How many of the form's settings the report's networks have not. */
export function countBeyond(form: Form): number {
  return BEYOND.filter((key) => form[key] !== defaultForm[key]).length;
}

/** A number that one drags or types. */
export interface NumberField {
  readonly key: { [K in keyof Form]: Form[K] extends number ? K : never }[keyof Form];
  readonly label: string;
  readonly help: string;
  readonly min: number;
  readonly max: number;
  /** A logarithmic slider; with `zero`, its left end is 0. */
  readonly scale: 'linear' | 'logarithmic';
  /** From one position of a linear slider to the next. Default 1. */
  readonly step?: number;
  readonly zero?: boolean;
  readonly whole?: boolean;
}

export const numberFields: readonly NumberField[] = [
  { key: 'etaMin', label: 'η min', help: 'smallest learning rate', min: 1e-6, max: 1e-1, scale: 'logarithmic' },
  { key: 'etaMax', label: 'η max', help: 'largest learning rate', min: 1e-4, max: 1, scale: 'logarithmic' },
  { key: 'stepSize', label: 'n_s', help: 'updates in half a cycle', min: 10, max: 5000, scale: 'logarithmic', whole: true },
  { key: 'cycles', label: 'cycles', help: 'cycles of the learning rate', min: 1, max: 10, scale: 'linear', whole: true },
  { key: 'batchSize', label: 'batch', help: 'images per mini-batch', min: 1, max: 1000, scale: 'logarithmic', whole: true },
  { key: 'lambda', label: 'λ', help: 'factor of the L2 term', min: 1e-6, max: 1, scale: 'logarithmic', zero: true },
  { key: 'images', label: 'images', help: 'training images; 0 is all of them', min: 100, max: 50_000, scale: 'logarithmic', zero: true, whole: true },
  { key: 'heldOut', label: 'held out', help: 'last images, to validate on', min: 100, max: 10_000, scale: 'logarithmic', whole: true },
  { key: 'seed', label: 'seed', help: 'seed of weights and mini-batches', min: 1, max: 100, scale: 'linear', whole: true },
  { key: 'measurementsPerEpoch', label: 'measured', help: 'full measurements per epoch; live points come in between', min: 0.1, max: 20, scale: 'logarithmic' },
  { key: 'dropout', label: 'dropout', help: 'fraction of the hidden units that is dropped in each update', min: 0, max: 0.9, scale: 'linear', step: 0.05 },
  { key: 'labelSmoothing', label: 'smoothing', help: 'part of each label that is spread over all classes', min: 0, max: 0.5, scale: 'linear', step: 0.01 },
  { key: 'shift', label: 'shift', help: 'pixels that training images are shifted by at most', min: 0, max: 4, scale: 'linear', whole: true },
];

/** The positions of a field's slider are 0, 1, …, this: on a logarithmic one 20 to a decade, 1, 1.1, 1.3, 1.4, 1.6, …; on a linear one steps. */
export function sliderSteps({ min, max, scale, step = 1, zero }: NumberField): number {
  return scale === 'linear' ? Math.round((max - min) / step) : Math.round(20 * Math.log10(max / min)) + (zero ? 1 : 0);
}

/** Where a value is on its field's slider. */
export function sliderPosition(field: NumberField, value: number): number {
  const { min, max, scale, zero } = field;
  if (zero && value < min) return 0;
  const fraction = scale === 'linear' ? (value - min) / (max - min) : Math.log(Math.max(value, min) / min) / Math.log(max / min);
  const first = zero ? 1 : 0;
  return Math.round(first + Math.min(1, Math.max(0, fraction)) * (sliderSteps(field) - first));
}

/** The value at a place of a field's slider, to two or three digits. */
export function sliderValue(field: NumberField, position: number): number {
  const { min, max, scale, zero, whole } = field;
  if (zero && position <= 0) return 0;
  const first = zero ? 1 : 0;
  const fraction = (position - first) / (sliderSteps(field) - first);
  const value = scale === 'linear' ? min + fraction * (max - min) : min * (max / min) ** fraction;
  return whole ? Math.round(Number(value.toPrecision(value < 100 ? 2 : 3))) : Number(value.toPrecision(2));
}

/** How many updates the form's run has. */
export function updatesOf({ stepSize, cycles }: Form): number {
  return Math.max(1, Math.round(2 * stepSize * cycles));
}

export function scheduleOf(form: Form): ScheduleDescription {
  return simpleSchedule(form.schedule, { ...form, updates: updatesOf(form) });
}

/** The units of a text such as '100, 50'; throws a RangeError for anything else. */
export function hiddenUnits(text: string): number[] {
  const units = text.split(/[\s,;–-]+/).filter((part) => part !== '').map(Number);
  if (units.some((count) => !Number.isInteger(count) || count < 1)) throw new RangeError(`hidden layers are '${text}'; whole numbers such as 100, 50 would be right`);
  return units;
}

/** The form's run. Throws a RangeError where the form cannot be right; the rest is for the server to check. */
export function settingsOf(form: Form, { batches, width, classNames }: DatasetInfo): RunSettingsInput {
  const { trainOn, heldOut, images, hidden, batchSize, lambda, seed, measurementsPerEpoch } = form;
  const { optimiser, initialisation, batchNormalisation, dropout, labelSmoothing, flip, shift } = form;
  const names = batches.map(({ name }) => name);
  const trained = Number(trainOn);
  return {
    layers: [width, ...hiddenUnits(hidden), classNames.length],
    split: trainOn === 'all' ? { train: 'all', validation: heldOut } : { train: names.slice(0, trained), validation: names.slice(trained, trained + 1) },
    ...(images > 0 && { take: images }),
    schedule: scheduleOf(form),
    updates: updatesOf(form),
    batchSize, lambda, seed, measurementsPerEpoch,
    optimiser: { type: optimiser }, initialisation, batchNormalisation, dropout, labelSmoothing, augmentation: { flip, shift },
  };
}

/** The form that comes nearest to a run's settings. */
export function formOf(settings: RunSettings): Form {
  const { layers, split, take = 0, schedule, updates, batchSize, lambda, seed, measurementsPerEpoch } = settings;
  const parts = split.train === 'all'
    ? { trainOn: 'all' as const, heldOut: split.validation as number }
    : { trainOn: split.train.length > 1 ? '4' as const : '1' as const, heldOut: defaultForm.heldOut };
  return { ...ratesOf(schedule, updates), ...parts, images: take, hidden: layers.slice(1, -1).join(', '), batchSize, lambda, seed, measurementsPerEpoch, ...beyondOf(settings) };
}

function beyondOf({ optimiser, initialisation = 'lecun', batchNormalisation, dropout = 0, labelSmoothing = 0, augmentation }: RunSettings): Pick<Form, (typeof BEYOND)[number]> {
  const { flip = false, shift = 0 } = augmentation ?? {};
  return { optimiser: optimiser?.type ?? 'sgd', initialisation, batchNormalisation: batchNormalisation === true, dropout: typeof dropout === 'number' ? dropout : (dropout.hidden ?? 0), labelSmoothing, flip, shift };
}

/** What the form shows of a schedule; of one that is not simple, a straight line through its rates. */
function ratesOf(schedule: ScheduleDescription, updates: number): Pick<Form, 'schedule' | 'etaMin' | 'etaMax' | 'stepSize' | 'cycles'> {
  const { etaMin, etaMax } = { ...etaRange(scheduleFrom(schedule), updates), ...schedule };
  const stepSize = schedule.type === 'cyclical' ? schedule.stepSize : Math.max(1, Math.round((schedule.type === 'cosine' ? schedule.T0 : updates) / 2));
  const cycles = Number((updates / (2 * stepSize)).toPrecision(6));
  return { schedule: SIMPLE_SCHEDULES.find((type) => type === schedule.type) ?? 'linearDecay', etaMin, etaMax, stepSize, cycles };
}

/** What in the form differs from the defaults, as parameters of the page's address. */
export function formToQuery(form: Form): Record<string, string> {
  return Object.fromEntries(Object.entries(form).flatMap(([key, value]) => (value === defaultForm[key as keyof Form] ? [] : [[key, String(value)]])));
}

/** The form of an address; what is missing or senseless there is as in the defaults. */
export function formFromQuery(query: Readonly<Record<string, string>>): Form {
  const numbers = numberFields.flatMap(({ key, zero, min }) => {
    const value = Number(query[key]);
    return query[key] !== undefined && query[key] !== '' && Number.isFinite(value) && (value > 0 || (value === 0 && (zero === true || min === 0))) ? [[key, value]] : [];
  });
  const oneOf = <T extends string>(key: string, values: readonly T[]) => values.filter((value) => value === query[key]).map((value) => [key, value]);
  const hidden = query['hidden'] !== undefined && /^[\d\s,;–-]{0,40}$/.test(query['hidden']) ? [['hidden', query['hidden']]] : [];
  const ticked = (['batchNormalisation', 'flip'] as const).filter((key) => query[key] === 'true').map((key) => [key, true]);
  const chosen = [...oneOf('trainOn', ['1', '4', 'all']), ...oneOf('schedule', SIMPLE_SCHEDULES), ...oneOf('optimiser', OPTIMISER_TYPES), ...oneOf('initialisation', INITIALISATIONS)];
  return { ...defaultForm, ...Object.fromEntries([...numbers, ...hidden, ...ticked, ...chosen]) };
}
