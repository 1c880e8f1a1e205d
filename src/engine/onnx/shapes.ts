/** A value's sizes as far as they are known when a graph is traced: a name stands for a size that may vary. */
export type Shape = readonly (number | string)[];

/** The shape that two shapes broadcast to, as in NumPy. */
export function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [p, q] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    return p === 1 ? q : p;
  });
}

/** The shape after a sum, mean or maximum along an axis, or of everything. */
export function reduced(shape: Shape, axis: number | undefined, keepDimension: boolean): Shape {
  if (axis === undefined) return keepDimension ? shape.map(() => 1) : [];
  return keepDimension ? shape.map((size, k) => (k === axis ? 1 : size)) : shape.filter((_, k) => k !== axis);
}

/** `shape` with its −1, if it has one, as the size that follows from the others. */
export function reshaped(from: Shape, shape: readonly number[]): Shape {
  const known = from.every((size) => typeof size === 'number');
  const rest = shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
  return shape.map((size) => (size !== -1 ? size : known ? (from as readonly number[]).reduce((product, n) => product * n, 1) / rest : 'rest'));
}

/** `shape` with another size along an axis. */
export function resized(shape: Shape, axis: number, size: number | string): Shape {
  return shape.map((before, k) => (k === axis ? size : before));
}

/** The sum of sizes, where all are known. */
export function totalSize(sizes: Shape): number | string {
  return sizes.every((size) => typeof size === 'number') ? (sizes as readonly number[]).reduce((sum, size) => sum + size, 0) : 'total';
}
