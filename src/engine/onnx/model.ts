import type { Type } from 'protobufjs';

/**
 * The part of the ONNX format that is needed here, with the field numbers of the public onnx.proto (IR version 8).
 * An unset field keeps protobuf's default.
 */
const DESCRIPTION = {
  nested: {
    Attribute: {
      fields: {
        name: { id: 1, type: 'string' },
        f: { id: 2, type: 'float' },
        i: { id: 3, type: 'int64' },
        s: { id: 4, type: 'bytes' },
        t: { id: 5, type: 'Tensor' },
        g: { id: 6, type: 'Graph' },
        ints: { id: 8, type: 'int64', rule: 'repeated', options: { packed: false } },
        type: { id: 20, type: 'int32' },
      },
    },
    Node: {
      fields: {
        input: { id: 1, type: 'string', rule: 'repeated' },
        output: { id: 2, type: 'string', rule: 'repeated' },
        name: { id: 3, type: 'string' },
        opType: { id: 4, type: 'string' },
        attribute: { id: 5, type: 'Attribute', rule: 'repeated' },
      },
    },
    StringEntry: { fields: { key: { id: 1, type: 'string' }, value: { id: 2, type: 'string' } } },
    Tensor: {
      fields: {
        dims: { id: 1, type: 'int64', rule: 'repeated', options: { packed: false } },
        dataType: { id: 2, type: 'int32' },
        name: { id: 8, type: 'string' },
        rawData: { id: 9, type: 'bytes' },
        externalData: { id: 13, type: 'StringEntry', rule: 'repeated' },
        dataLocation: { id: 14, type: 'int32' },
      },
    },
    Dimension: { fields: { dimValue: { id: 1, type: 'int64' }, dimParam: { id: 2, type: 'string' } } },
    Shape: { fields: { dim: { id: 1, type: 'Dimension', rule: 'repeated' } } },
    TensorType: { fields: { elemType: { id: 1, type: 'int32' }, shape: { id: 2, type: 'Shape' } } },
    ValueType: { fields: { tensorType: { id: 1, type: 'TensorType' } } },
    ValueInfo: { fields: { name: { id: 1, type: 'string' }, type: { id: 2, type: 'ValueType' } } },
    Graph: {
      fields: {
        node: { id: 1, type: 'Node', rule: 'repeated' },
        name: { id: 2, type: 'string' },
        initializer: { id: 5, type: 'Tensor', rule: 'repeated' },
        input: { id: 11, type: 'ValueInfo', rule: 'repeated' },
        output: { id: 12, type: 'ValueInfo', rule: 'repeated' },
      },
    },
    OperatorSet: { fields: { domain: { id: 1, type: 'string' }, version: { id: 2, type: 'int64' } } },
    Model: {
      fields: {
        irVersion: { id: 1, type: 'int64' },
        producerName: { id: 2, type: 'string' },
        producerVersion: { id: 3, type: 'string' },
        docString: { id: 6, type: 'string' },
        graph: { id: 7, type: 'Graph' },
        opsetImport: { id: 8, type: 'OperatorSet', rule: 'repeated' },
        metadataProps: { id: 14, type: 'StringEntry', rule: 'repeated' },
      },
    },
  },
};

/** TensorProto.DataType. */
export const DATA_TYPE = { float32: 1, byte: 2, int32: 6, int64: 7, bool: 9, float64: 11 } as const;
export type DataType = keyof typeof DATA_TYPE;

const ATTRIBUTE_TYPE = { f: 1, i: 2, s: 3, t: 4, g: 5, ints: 7 } as const;
const EXTERNAL = 1; // TensorProto.DataLocation

export type AttributeValue = { f: number } | { i: number } | { ints: readonly number[] } | { g: GraphProto };

export interface NodeProto {
  readonly opType: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly object[];
}

export interface TensorProto {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly rawData?: Uint8Array;
  readonly externalData?: readonly { readonly key: string; readonly value: string }[];
  readonly dataLocation?: number;
}

export interface ValueInfoProto {
  readonly name: string;
  readonly type?: object;
}

export interface GraphProto {
  readonly name: string;
  readonly node: readonly NodeProto[];
  readonly initializer: readonly TensorProto[];
  readonly input: readonly ValueInfoProto[];
  readonly output: readonly ValueInfoProto[];
}

export function node(opType: string, input: readonly string[], output: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {}): NodeProto {
  const attribute = Object.entries(attributes).map(([name, value]) => {
    const kind = Object.keys(value)[0] as keyof typeof ATTRIBUTE_TYPE;
    return { name, ...value, type: ATTRIBUTE_TYPE[kind] };
  });
  return { opType, input, output, attribute };
}

/** A tensor whose bytes (little-endian) stand in the model. */
export function inlineTensor(name: string, dims: readonly number[], type: DataType, data: ArrayBufferView): TensorProto {
  return { name, dims, dataType: DATA_TYPE[type], rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** A tensor of bytes that lie in a file beside the model. */
export function externalTensor(name: string, dims: readonly number[], location: string): TensorProto {
  const length = dims.reduce((product, size) => product * size, 1);
  const entries = { location, offset: '0', length: String(length) };
  return {
    name,
    dims,
    dataType: DATA_TYPE.byte,
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
    dataLocation: EXTERNAL,
  };
}

/** Declares a graph's input or output; a named size may vary. Without a shape, ONNX infers it. */
export function valueInfo(name: string, type?: DataType, shape?: readonly (number | string)[]): ValueInfoProto {
  if (type === undefined) return { name };
  const dim = shape?.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: DATA_TYPE[type], ...(dim && { shape: { dim } }) } } };
}

let modelType: Type | undefined;

/** What a model says of itself. */
export interface ModelNotes {
  readonly producerVersion?: string;
  /** A few lines for people. */
  readonly docString?: string;
  /** Text for programs, by key. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The bytes of an ONNX model around a graph. */
export function encodeModel(graph: GraphProto, { metadata = {}, ...notes }: ModelNotes = {}): Uint8Array {
  modelType ??= loadModelType();
  const metadataProps = Object.entries(metadata).map(([key, value]) => ({ key, value }));
  return modelType.encode(modelType.fromObject({ irVersion: 8, producerName: 'clr-lab', ...notes, graph, opsetImport: [{ domain: '', version: 17 }], metadataProps })).finish();
}

/** protobufjs is loaded for the first model: the import of the library does not wait for it. */
function loadModelType(): Type {
  const { Root } = require('protobufjs') as typeof import('protobufjs');
  return Root.fromJSON(DESCRIPTION).lookupType('Model');
}
