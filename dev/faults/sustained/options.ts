/** Options of the program. */
import { commonOptions, seedOf, UsageError, valuesOf } from '../options';

/** Rate and duration of the load. */
export interface LoadPlan {
  /** Messages a second. */
  readonly rate: number;
  readonly minutes: number;
  /** Factor of the rate in the burst after the load. */
  readonly burst: number;
  /** 0: no burst. */
  readonly burstMinutes: number;
  readonly seed: number;
}

interface Asked {
  readonly plan: LoadPlan;
  readonly json: boolean;
  readonly write: boolean;
  readonly help: boolean;
  readonly log: string | undefined;
}

/** @throws UsageError */
export function askedOf(args: readonly string[]): Asked {
  const values = valuesOf(args, {
    ...commonOptions,
    rate: { type: 'string', default: '1000' },
    minutes: { type: 'string', default: '10' },
    burst: { type: 'string', default: '5' },
    'burst-minutes': { type: 'string', default: '1' },
  });
  return {
    plan: {
      rate: numberOf('rate', values.rate, 1, 100_000),
      minutes: numberOf('minutes', values.minutes, 0.01, 1440),
      burst: numberOf('burst', values.burst, 1, 100),
      burstMinutes: numberOf('burst-minutes', values['burst-minutes'], 0, 1440),
      seed: seedOf(values.seed),
    },
    json: values.json,
    write: values.write,
    help: values.help,
    log: values.log,
  };
}

/** The plan from the command line. */
export function argumentsOf({ rate, minutes, burst, burstMinutes, seed }: LoadPlan): string {
  return `--rate ${rate} --minutes ${minutes} --burst ${burst} --burst-minutes ${burstMinutes} --seed ${seed}`;
}

function numberOf(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= least && value <= most)) {
    throw new UsageError(`--${name} must be a number from ${least} to ${most}, got ${text}`);
  }
  return value;
}
