/** A learning rate is a finite number, 0 or more. */
export function requireEta(name: string, eta: number): void {
  if (!Number.isFinite(eta) || eta < 0) throw new RangeError(`${name} must be a finite learning rate, 0 or more, not ${eta}`);
}

/** Two learning rates, the smaller one first. */
export function requireEtas({ etaMin, etaMax }: { readonly etaMin: number; readonly etaMax: number }): void {
  requireEta('etaMin', etaMin);
  requireEta('etaMax', etaMax);
  if (etaMin > etaMax) throw new RangeError(`etaMin must not exceed etaMax, but ${etaMin} > ${etaMax}`);
}

/** A length of time is a whole number of updates, 1 or more. */
export function requireUpdates(name: string, updates: number): void {
  if (!Number.isInteger(updates) || updates < 1) throw new RangeError(`${name} must be a whole number of updates, 1 or more, not ${updates}`);
}

/** A factor of learning rates is a finite number above 0. */
export function requireFactor(name: string, factor: number): void {
  if (!Number.isFinite(factor) || factor <= 0) throw new RangeError(`${name} must be a finite factor above 0, not ${factor}`);
}

/** A schedule is a function of the update index. */
export function requireSchedule(name: string, schedule: unknown): void {
  if (typeof schedule !== 'function') throw new RangeError(`${name} must be a schedule, not ${JSON.stringify(schedule)}`);
}
