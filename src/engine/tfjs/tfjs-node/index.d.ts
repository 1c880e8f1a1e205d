export * from '@tensorflow/tfjs';
/** Whether the native TensorFlow library is loaded; false means plain TensorFlow.js. */
export const isNative: boolean;
/** Why the native library is not used, where it is not. */
export const reason: string | undefined;
