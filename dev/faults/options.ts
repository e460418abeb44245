/** Options of the program. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { faults } from './catalogue';
import type { Fault } from './fault';

/** Invalid usage; the message contains the problem. */
export class UsageError extends Error {}

/** The faults of `--only`, in its order. @throws UsageError */
export function selectedFaults(only: string | undefined): readonly Fault[] {
  if (only === undefined) return faults;
  return only.split(',').map((text) => {
    const fault = faults.find(({ number }) => String(number) === text.trim());
    if (fault === undefined) throw new UsageError(`Unknown fault ${text}. List the faults with --list.`);
    return fault;
  });
}

/** @throws UsageError */
export function seedOf(text: string | undefined): number {
  if (text === undefined) return Math.floor(Math.random() * 1e6);
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--seed must be a whole number of at most 9 digits, got ${text}`);
  return Number(text);
}

/** Options of every program in this folder. */
export const commonOptions = {
  seed: { type: 'string' },
  json: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false },
  log: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig;

/** @throws UsageError */
export function optionsOf(args: readonly string[]) {
  return valuesOf(args, {
    ...commonOptions,
    only: { type: 'string' },
    list: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
  });
}

/** @throws UsageError */
export function valuesOf<const Options extends ParseArgsOptionsConfig>(args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
