import { durabilities, type Durability } from '../../contract/durability';
import { functionEnv } from '../../contract/function-env';
import { iamCacheIn } from '../../contract/iam-cache';
import { type HealthThresholds, parseHealthThresholds } from '../../contract/health-thresholds';
import { parseSubscriptions, type Subscription } from '../../contract/subscriptions';
import type { RedisLogin } from './redis-login';

/** Reads a function's environment variables and collects all errors in them. */
export class EnvironmentReader {
  private readonly problems: string[] = [];

  constructor(private readonly env: NodeJS.ProcessEnv) {}

  /** A required variable. */
  text(name: string): string {
    const value = this.env[name] ?? '';
    if (value === '') this.problems.push(`${name} is missing`);
    return value;
  }

  /** A whole number in a range. */
  wholeNumber(name: string, least: number, most: number): number {
    const value = this.text(name);
    const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
    if (value !== '' && !(number >= least && number <= most)) {
      this.problems.push(`${name} must be a whole number from ${least} to ${most}, got "${value.slice(0, 40)}"`);
    }
    return number;
  }

  /** A value that `parse` makes of the variable; what it throws is a problem. */
  parsed<Value>(name: string, parse: (text: string) => Value): Value | undefined {
    const value = this.text(name);
    if (value === '') return undefined;
    try {
      return parse(value);
    } catch (error) {
      this.problems.push(`${name}: ${(error as Error).message}`);
      return undefined;
    }
  }

  /** The variables of every function that connects to Redis. */
  redis(): { readonly host: string; readonly port: number } {
    return { host: this.text(functionEnv.redisHost), port: this.wholeNumber(functionEnv.redisPort, 1, 65_535) };
  }

  /** How the function authenticates to Redis. */
  login(): RedisLogin {
    if ((this.env[functionEnv.iamCacheArn] ?? '') === '')
      return { secretArn: this.text(functionEnv.redisAuthSecretArn) };
    this.parsed(functionEnv.iamCacheArn, iamCacheIn);
    return { cacheArn: this.text(functionEnv.iamCacheArn), username: this.text(functionEnv.redisUsername) };
  }

  /** The services and their queues. */
  subscriptions(): readonly Subscription[] {
    return this.parsed(functionEnv.subscriptions, parseSubscriptions) ?? [];
  }

  /** Limits above which a queue is a warning. */
  healthThresholds(): HealthThresholds | undefined {
    return this.parsed(functionEnv.healthThresholds, parseHealthThresholds);
  }

  /** What confirms a write. */
  durability(): Durability {
    const value = this.text(functionEnv.durability);
    const known = durabilities.find((each) => each === value);
    if (value !== '' && known === undefined) {
      this.problems.push(`${functionEnv.durability} must be ${durabilities.join(', ')}, got "${value.slice(0, 40)}"`);
    }
    return known ?? 'replicas';
  }

  /** @throws Error with all problems; the function then fails at its start. */
  check(): void {
    if (this.problems.length > 0) {
      throw new Error(`the function's environment is wrong (the infrastructure sets it): ${this.problems.join('; ')}`);
    }
  }
}
