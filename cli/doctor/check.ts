/** The interface of a check. */
import type { Environment } from '../../config/environment';
import type { Account } from '../account';
import type { CdkApp } from '../ecs/synthesized-definitions';
import type { Finding } from '../finding';
import type { RedisPlace } from '../redis-location';

export interface CheckContext {
  readonly environment: Environment;
  readonly account: Account;
  readonly redis: RedisPlace;
  /** For checks that synthesize the app. */
  readonly app: CdkApp;
}

/** Read-only. An error that it throws is reported as a finding. */
export interface Check {
  /** As `--skip` names it. */
  readonly name: string;
  run(context: CheckContext): Promise<readonly Finding[]>;
}

/** Shorthand for the findings of one check. */
export function findingsOf(check: string): {
  readonly ok: (found: string) => Finding;
  readonly warn: (found: string, remedy: string) => Finding;
  readonly fail: (found: string, remedy: string) => Finding;
} {
  return {
    ok: (found) => ({ check, result: 'ok', found }),
    warn: (found, remedy) => ({ check, result: 'warn', found, remedy }),
    fail: (found, remedy) => ({ check, result: 'fail', found, remedy }),
  };
}
