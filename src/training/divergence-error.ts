/** Thrown when a loss is no longer a finite number. */
export class DivergenceError extends Error {
  override readonly name = 'DivergenceError';

  constructor(
    /** The update after which the loss was measured. */
    readonly update: number,
    readonly eta: number,
    readonly lambda: number,
    /** NaN or infinite. */
    readonly loss: number,
  ) {
    super(`the loss is ${loss} after update ${update}, at eta ${eta} and lambda ${lambda}: ${reason(update, eta)}`);
  }
}

function reason(update: number, eta: number): string {
  if (update === 0) return 'nothing was trained yet, so the initial parameters or the standardiser hold numbers that are not finite.';
  if (!Number.isFinite(eta)) return 'the schedule gives no finite learning rate there.';
  return 'training diverged. A smaller learning rate (etaMax) or a smaller lambda would be right.';
}
