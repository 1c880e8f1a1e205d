/** A learning rate is a finite number, 0 or more. */
export function requireEta(name: string, eta: number): void {
  if (!Number.isFinite(eta) || eta < 0) throw new RangeError(`${name} must be a finite learning rate, 0 or more, not ${eta}`);
}
