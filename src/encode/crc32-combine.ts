/** A linear map over GF(2)^32: one column for each bit, as CRC-32 is linear in the bits of its register. */
type Matrix = Uint32Array;

/** The reflected polynomial of CRC-32 as gzip uses it (RFC 1952, section 8). */
const POLYNOMIAL = 0xedb88320;

/**
 * The CRC-32 of two pieces of data in a row, from the CRC-32 of each: appending n bytes applies "shift in n zero bytes"
 * to the first one's register. That map is squared its way to n, as zlib's `crc32_combine` does.
 *
 * @param secondBytes length of the second piece, in bytes
 */
export function combineCrc32(first: number, second: number, secondBytes: number): number {
  let crc = first;
  let power = zeroByteMap();
  for (let rest = secondBytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) crc = apply(power, crc);
    power = square(power);
  }
  return (crc ^ second) >>> 0;
}

/** What shifting in one byte of zeros does to the register. */
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
