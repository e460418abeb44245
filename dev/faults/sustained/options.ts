/** What the program is asked for. */
import { commonOptions, seedOf, UsageError, valuesOf } from '../options';

/** How much load, and for how long. */
export interface LoadPlan {
  /** Messages a second. */
  readonly rate: number;
  readonly minutes: number;
  /** How many times the rate is asked for in the burst that follows. */
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

/** The plan as it is typed. */
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
