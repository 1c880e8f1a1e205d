'use strict';
// Bears the name @tensorflow/tfjs-node so that danfojs-node and this project share one TensorFlow.js (see README.md).

const util = require('node:util');
// Node 23 removed two functions that the native package of 4.22 still calls.
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;

function load() {
  try {
    return { tf: require('tfjs-node-native'), reason: undefined };
  } catch (error) {
    return { tf: require('@tensorflow/tfjs'), reason: String(error && error.message).split('\n', 1)[0] };
  }
}

const { tf, reason } = load();
// Both packages define their members as getters, so they are handed on as they are.
Object.defineProperties(exports, Object.getOwnPropertyDescriptors(tf));
Object.defineProperty(exports, 'isNative', { value: reason === undefined, enumerable: true });
Object.defineProperty(exports, 'reason', { value: reason, enumerable: true });
