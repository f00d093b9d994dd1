/** The few parts of the protobuf encoding that a native histogram needs (protobuf.dev/programming-guides/encoding). */

const varint = (value: bigint): readonly number[] => {
  const bytes: number[] = []
  let rest = value
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  return [...bytes, Number(rest)]
}

const tagged = (field: number, wire: number): readonly number[] => varint(BigInt((field << 3) | wire))

/** A field of an unsigned number, or of an enumeration. */
export const unsigned = (field: number, value: number): readonly number[] => [...tagged(field, 0), ...varint(BigInt(value))]

/** A field of type sint32 or sint64: numbers near zero are short, whatever their sign. */
export const signed = (field: number, value: number): readonly number[] => unsigned(field, value < 0 ? -2 * value - 1 : 2 * value)

export const double = (field: number, value: number): readonly number[] => {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return [...tagged(field, 1), ...bytes]
}

/** A field of a string, or of a message. */
export const nested = (field: number, inside: string | readonly number[]): readonly number[] => {
  const bytes = typeof inside === 'string' ? [...Buffer.from(inside)] : inside
  return [...tagged(field, 2), ...varint(BigInt(bytes.length)), ...bytes]
}

/** A message with its length before it. */
export const delimited = (message: readonly number[]): Buffer => Buffer.from([...varint(BigInt(message.length)), ...message])
