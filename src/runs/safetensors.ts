import { elements, type HostTensor, type HostTensors, hostTensor } from '../network/host-tensor';

const dataTypes = { F32: Float32Array, F64: Float64Array, I32: Int32Array, U8: Uint8Array } as const;
type DataType = keyof typeof dataTypes;

interface TensorHeader {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  /** First byte and the one after the last, counted from the end of the header. */
  readonly data_offsets: readonly [number, number];
}

/** Tensors, and the text that goes with them. */
export interface TensorFile {
  readonly tensors: HostTensors;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Tensors in the safetensors format (huggingface/safetensors, README): the header's length as u64, the header as JSON, the
 * tensors' bytes; all little-endian. The header is padded with spaces so that the tensors begin at a multiple of 8 bytes.
 */
export function encodeSafetensors(tensors: HostTensors, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  let offset = 0;
  const headers = Object.entries(tensors).map(([name, { shape, data }]): [string, TensorHeader] => {
    const start = offset;
    offset += data.byteLength;
    return [name, { dtype: typeOf(data), shape, data_offsets: [start, offset] }];
  });
  const json = Buffer.from(JSON.stringify({ ...(Object.keys(metadata).length > 0 && { __metadata__: metadata }), ...Object.fromEntries(headers) }));
  const header = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ');
  json.copy(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, ...Object.values(tensors).map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength))]);
}

/**
 * Reads what `encodeSafetensors` wrote.
 *
 * @throws Error that says what is wrong with the bytes
 */
export function decodeSafetensors(bytes: Uint8Array): TensorFile {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = file.length < 8 ? NaN : Number(file.readBigUInt64LE());
  if (!(length <= file.length - 8)) throw new Error(`not a safetensors file: its header has ${length} bytes, the file ${file.length}`);
  const { __metadata__: metadata = {}, ...headers } = JSON.parse(file.toString('utf8', 8, 8 + length)) as Record<string, TensorHeader> & { __metadata__?: Record<string, string> };
  const content = file.subarray(8 + length);
  return { metadata, tensors: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, decode(name, header, content)])) };
}

function decode(name: string, { dtype, shape, data_offsets: [start, end] }: TensorHeader, content: Buffer): HostTensor {
  const array = Object.hasOwn(dataTypes, dtype) ? dataTypes[dtype] : undefined;
  if (array === undefined) throw new Error(`the tensor ${name} is of type ${dtype}; ${Object.keys(dataTypes).join(', ')} can be read`);
  if (!(0 <= start && start <= end && end <= content.length)) throw new Error(`the tensor ${name} lies at bytes ${start} to ${end} of ${content.length}`);
  if (end - start !== elements(shape) * array.BYTES_PER_ELEMENT) throw new Error(`the tensor ${name} of shape [${shape.join(' × ')}] has ${end - start} bytes`);
  const own = new Uint8Array(content.subarray(start, end)); // a copy, aligned for any type
  return hostTensor(shape, new array(own.buffer));
}

function typeOf(data: HostTensor['data']): DataType {
  if (data instanceof Float32Array) return 'F32';
  if (data instanceof Float64Array) return 'F64';
  return data instanceof Int32Array ? 'I32' : 'U8';
}
