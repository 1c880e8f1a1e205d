const typedArrays = [
  'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array',
  'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array',
];

/** Declarations of what Node 20 has of ES2023's arrays and TypeScript 5.0 does not know yet. */
export const arrayMethodsOfNode20 = [
  ...['Array', 'ReadonlyArray'].map((name) => `interface ${name}<T> {
    toReversed(): T[];
    toSorted(compare?: (a: T, b: T) => number): T[];
    toSpliced(start: number, deleteCount?: number, ...items: T[]): T[];
    with(index: number, value: T): T[];
  }`),
  ...typedArrays.map((name) => `interface ${name} {
    toReversed(): ${name};
    toSorted(compare?: (a: number, b: number) => number): ${name};
    with(index: number, value: number): ${name};
  }`),
].join('\n');
