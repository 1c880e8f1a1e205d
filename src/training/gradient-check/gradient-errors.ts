import type { GradientCheck } from './check-gradients';

/** The outcome of a check for one tensor, as it stands in the results of the notebook. */
export interface GradientErrors {
  /** Largest relative error: analytic against forward difference (the report's figure 1a). */
  readonly forward: number;
  /** Analytic against centred difference (figure 1b). */
  readonly centred: number;
  /** Forward against centred difference (figure 1c). */
  readonly numeric: number;
  /** Analytic against the five-point stencil. */
  readonly fivePoint: number;
  /** ‖ga − gn‖ / max(‖ga‖, ‖gn‖), as `centredNorm` and `fivePointNorm`. */
  readonly forwardNorm: number;
  readonly centredNorm: number;
  readonly fivePointNorm: number;
}

/** The errors of a check by parameter: W1, b1, … A number is NaN where every element was at a kink. */
export function gradientErrors({ tensors }: GradientCheck): Record<string, GradientErrors> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { forward, centred, numeric, fivePoint }]) => [
      name,
      {
        forward: forward.largest,
        centred: centred.largest,
        numeric: numeric.largest,
        fivePoint: fivePoint.largest,
        forwardNorm: forward.norm,
        centredNorm: centred.norm,
        fivePointNorm: fivePoint.norm,
      },
    ]),
  );
}

/** The tensors whose analytic gradient is not the centred difference: relative error of the norms at `tolerance` or above, or unknown. */
export function wrongGradients({ tensors }: GradientCheck, tolerance = 1e-7): string[] {
  return Object.entries(tensors).flatMap(([name, { centred }]) => (centred.norm < tolerance ? [] : [name]));
}
