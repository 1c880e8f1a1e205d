import { readFileSync } from 'node:fs';
import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import { type HostTensor, hostTensor, mapTensors } from '../../network/host-tensor';
import { type ByteRows, type Engine, isByteRows, requireInputs } from '../engine';
import { type Numbers, referenceAlgebra } from './reference-algebra';

/** The engine of plain float64 TypeScript, against which the others are tested. */
export function referenceEngine(): Engine {
  return {
    name: 'reference',
    precision: 'float64',
    description: `plain TypeScript, float64, Node ${process.versions.node}`,
    async compile(definition) {
      const constants = mapTensors(definition.constants, load);
      return {
        run: async (inputs) => {
          requireInputs(definition, inputs);
          await eventLoopTurn(); // an abort gets in between two calls
          return mapTensors(definition.compute(referenceAlgebra, inputs, constants), toHost);
        },
        dispose: async () => {},
      };
    },
  };
}

function load(constant: HostTensor | ByteRows): Numbers {
  return isByteRows(constant) ? hostTensor([constant.rows, constant.width], new Uint8Array(readFileSync(constant.path))) : constant;
}

function toHost({ shape, data }: Numbers): HostTensor {
  return { shape, data: data instanceof Float64Array ? data : Float64Array.from(data) };
}
