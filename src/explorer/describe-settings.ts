import type { RunSettings } from '../runs/settings';
import { scheduleFrom } from '../schedule/description';
import { type EtaRange, etaRange } from '../schedule/over-run';

/** A run in a few words: '50 · η 1e-5–0.1 · λ 0.01 · 1000 updates'. */
export function describeSettings(settings: RunSettings): string {
  const { layers, schedule, lambda, updates, take } = settings;
  const hidden = layers.slice(1, -1).join('-') || 'linear';
  const { etaMin, etaMax } = etaRangeOf(settings);
  const eta = `η ${short(etaMin)}${etaMin < etaMax ? `–${short(etaMax)}` : ''}${schedule.type === 'cyclical' || schedule.type === 'constant' ? '' : ` ${schedule.type}`}`;
  return [hidden, eta, `λ ${short(lambda)}`, `${updates} updates`, ...beyond(settings), ...(take === undefined ? [] : [`${take} images`])].join(' · ');
}

/** What is not as in the report's runs. */
function beyond({ initialisation, batchNormalisation, dropout, optimiser, labelSmoothing, augmentation }: RunSettings): string[] {
  const { input, hidden } = typeof dropout === 'object' ? dropout : { input: 0, hidden: dropout ?? 0 };
  return [
    ...(initialisation ? [initialisation] : []),
    ...(batchNormalisation ? ['batch normalisation'] : []),
    ...(hidden > 0 ? [`dropout ${short(hidden)}`] : []),
    ...(input > 0 ? [`input dropout ${short(input)}`] : []),
    ...(optimiser ? [optimiser.type] : []),
    ...(labelSmoothing ? [`label smoothing ${short(labelSmoothing)}`] : []),
    ...(augmentation?.flip ? ['flips'] : []),
    ...(augmentation && augmentation.shift > 0 ? [`shifts ${augmentation.shift}`] : []),
  ];
}

type Scheduled = Pick<RunSettings, 'schedule' | 'updates'>;
const known = new WeakMap<Scheduled, EtaRange>();

/** The smallest and the largest learning rate of a run. A table asks for it again and again, so it is kept. */
export function etaRangeOf(settings: Scheduled): EtaRange {
  const range = known.get(settings) ?? etaRange(scheduleFrom(settings.schedule), settings.updates);
  known.set(settings, range);
  return range;
}

/** A number in few letters: 0.01, 3.2e-4. */
export function short(value: number): string {
  if (value === 0) return '0';
  const digits = Number(value.toPrecision(3));
  return Math.abs(digits) < 1e-2 ? digits.toExponential().replace('e+', 'e') : String(digits);
}
