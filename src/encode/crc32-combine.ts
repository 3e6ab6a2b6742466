/** A linear map over GF(2)^32, with a column for each bit. CRC-32 is linear in the bits of its register. */
type Matrix = Uint32Array;

/** The reflected polynomial of CRC-32 as gzip uses it (RFC 1952, section 8). */
const POLYNOMIAL = 0xedb88320;

/**
 * The CRC-32 of two pieces of data in a row, from the CRC-32 of each. To append n bytes shifts n zero bytes into the register of
 * the first piece. The map of n bytes is made of maps of 1, 2, 4 and so on, each the square of the one before, as in zlib's
 * `crc32_combine`.
 *
 * @param secondBytes length of the second piece, in bytes
 */
export function combineCrc32(first: number, second: number, secondBytes: number): number {
  let crc = first;
  for (let rest = secondBytes, bit = 0; rest > 0; rest = Math.floor(rest / 2), bit++) {
    if (rest % 2 === 1) crc = apply(mapOf(bit), crc);
  }
  return (crc ^ second) >>> 0;
}

/** Kept, because each upload needs them again and squaring one takes a thousand steps: 128 bytes for each bit of a length. */
const maps: Matrix[] = [];

/** The map of 2^bit bytes. */
function mapOf(bit: number): Matrix {
  for (let next = maps.length; next <= bit; next++) {
    maps.push(next === 0 ? zeroByteMap() : square(maps[next - 1]!));
  }
  return maps[bit]!;
}

/** The map of one byte: eight zero bits are shifted into the register. */
function zeroByteMap(): Matrix {
  const zeroBit = new Uint32Array(32);
  zeroBit[0] = POLYNOMIAL;
  for (let bit = 1; bit < 32; bit++) zeroBit[bit] = 1 << (bit - 1);
  return square(square(square(zeroBit)));
}

function square(matrix: Matrix): Matrix {
  return matrix.map((column) => apply(matrix, column));
}

function apply(matrix: Matrix, vector: number): number {
  let sum = 0;
  for (let rest = vector, bit = 0; rest !== 0; rest >>>= 1, bit++) {
    if ((rest & 1) !== 0) sum ^= matrix[bit]!;
  }
  return sum >>> 0;
}
