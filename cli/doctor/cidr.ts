/** Whether each address of the block `inner` is in `outer`; both IPv4, as in `10.0.0.0/16`. */
export function covers(outer: string, inner: string): boolean {
  const [from, to] = rangeOf(outer);
  const [innerFrom, innerTo] = rangeOf(inner);
  return from <= innerFrom && innerTo <= to;
}

/** First and last address as numbers; an invalid block covers nothing. */
function rangeOf(block: string): readonly [first: number, last: number] {
  const [address = '', length = '32'] = block.split('/');
  const octets = address.split('.').map(Number);
  if (octets.length !== 4 || octets.some(Number.isNaN)) return [Infinity, -Infinity];
  const size = 2 ** (32 - Number(length));
  const number = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  const first = Math.floor(number / size) * size;
  return [first, first + size - 1];
}
