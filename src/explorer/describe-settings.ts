import type { RunSettings } from '../runs/settings';

/** A run in a few words: '50 · η 1e-5–0.1 · λ 0.01 · 1000 updates'. */
export function describeSettings({ layers, schedule, lambda, updates, take }: RunSettings): string {
  const hidden = layers.slice(1, -1).join('-') || 'linear';
  const eta = schedule.type === 'cyclical' ? `η ${short(schedule.etaMin)}–${short(schedule.etaMax)}` : `η ${short(schedule.eta)}`;
  return [hidden, eta, `λ ${short(lambda)}`, `${updates} updates`, ...(take === undefined ? [] : [`${take} images`])].join(' · ');
}

/** A number in few letters: 0.01, 3.2e-4. */
export function short(value: number): string {
  if (value === 0) return '0';
  const digits = Number(value.toPrecision(3));
  return Math.abs(digits) < 1e-2 ? digits.toExponential().replace('e+', 'e') : String(digits);
}
