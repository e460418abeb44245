/**
 * A time in Redis, ms since 1970, as ISO 8601. It may be anything that somebody put there, `inf` included: the nearest time that a
 * Date can hold.
 */
export function isoTimeOf(ms: number | string): string {
  const number = ms === 'inf' ? Infinity : Number(ms);
  return new Date(Math.min(Math.max(number || 0, 0), 8.64e15)).toISOString();
}
