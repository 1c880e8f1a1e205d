import { expect, test } from 'vitest';
import { canonicalJson, sha256 } from '../../src/runs/canonical-json';

test('keys are in order, whatever order they were given in, and undefined ones are left out', () => {
  const text = '{"a":[1,null,{"x":"\\"","y":false}],"b":1e-7}';
  expect(canonicalJson({ b: 1e-7, a: [1, null, { y: false, x: '"', z: undefined }] })).toBe(text);
  expect(canonicalJson(JSON.parse(text))).toBe(text);
});

test('what JSON cannot hold is named', () => {
  expect(() => canonicalJson({ a: { b: [1, NaN] } })).toThrow('value.a.b[1] is NaN, which JSON cannot hold');
  expect(() => canonicalJson([undefined])).toThrow('value[0] is undefined');
});

test('sha256 of abc as in FIPS 180-2', () => {
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
