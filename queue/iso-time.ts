/**
 * A time from Redis, ms since 1970, as ISO 8601. The value may come from another client and be invalid, `inf` included; it is
 * clamped to what a Date can hold.
 */
export function isoTimeOf(ms: number | string): string {
  const number = ms === 'inf' ? Infinity : Number(ms);
  return new Date(Math.min(Math.max(number || 0, 0), 8.64e15)).toISOString();
}
