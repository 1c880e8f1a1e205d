import type { Definition, Engine } from '../../src/engine/engine';
import type { GraphProto } from '../../src/engine/onnx/model';
import { trace } from '../../src/engine/onnx/trace';
import type { Algebra } from '../../src/network/algebra';
import type { HostTensor, HostTensors } from '../../src/network/host-tensor';

/** An operation that was done: the shapes of the tensors that it read and of the one that it wrote. */
export interface Operation {
  readonly name: string;
  readonly read: readonly (readonly number[])[];
  readonly written: readonly number[];
}

/** One call of a program. */
export interface Call {
  /** Bytes of all inputs. */
  readonly fed: number;
  /** Bytes of all outputs. */
  readonly fetched: number;
  readonly operations: readonly Operation[];
}

/** A program and what was asked of it. */
export interface CountedProgram {
  readonly definition: Definition;
  readonly calls: Call[];
}

/** An engine that computes at once, and notes what is asked of it. */
export function countingEngine(engine: Engine): { readonly engine: Engine; readonly programs: readonly CountedProgram[] } {
  const programs: CountedProgram[] = [];
  let operations: Operation[] = [];
  const compile: Engine['compile'] = async (definition) => {
    const calls: Call[] = [];
    programs.push({ definition, calls });
    const program = await engine.compile({ ...definition, compute: (A, inputs, constants) => definition.compute(counting(A, operations), inputs, constants) });
    return {
      ...program,
      async run(inputs) {
        const outputs = await program.run(inputs);
        calls.push({ fed: bytes(inputs), fetched: bytes(outputs), operations });
        operations = [];
        return outputs;
      },
    };
  };
  return { engine: { ...engine, compile: (definition) => compile(definition) }, programs };
}

const bytes = (tensors: HostTensors) => Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);

const isTensor = (value: unknown): value is HostTensor => typeof value === 'object' && value !== null && 'shape' in value;

/** The algebra, noting its operations; a scan's body is noted as often as it is gone through. */
function counting<T>(algebra: Algebra<T>, operations: Operation[]): Algebra<T> {
  return new Proxy(algebra, {
    get(target, name: keyof Algebra<T> & string) {
      const operation = target[name] as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        const result = operation.apply(target, args);
        if (isTensor(result)) operations.push({ name, read: args.filter(isTensor).map(({ shape }) => shape), written: result.shape });
        return result;
      };
    },
  });
}

/** How often the operations read or write a tensor of a shape. */
export function passesOver(shape: readonly number[], operations: readonly Operation[]): number {
  const same = (other: readonly number[]) => other.join() === shape.join();
  return operations.reduce((sum, { read, written }) => sum + [...read, written].filter(same).length, 0);
}

/** Nodes of a definition's ONNX graph: in the graph itself, and in the body of its scan. */
export function countNodes(definition: Definition): { readonly graph: number; readonly body: number } {
  const { graph } = trace(definition, 'float32', ({ path }) => path);
  const bodies = graph.node.flatMap(({ attribute }) => (attribute as readonly { readonly g?: GraphProto }[]).flatMap(({ g }) => (g === undefined ? [] : [g])));
  return { graph: graph.node.length, body: bodies.reduce((sum, { node }) => sum + node.length, 0) };
}
