import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Plan } from './plan';
import { ConsoleError } from './console-error';

/** An offer is forgotten after so long: what it was made from is out of date. */
const validMinutes = 15;

/**
 * Makes the offers of a view unforgeable: a browser brings back what we gave it, and what it brings is checked. So nothing
 * is discarded, and nothing is done to all, without the view that asked whether it should be.
 */
export class PlanSignature {
  /** @param key known to nobody but the functions of one environment */
  constructor(private readonly key: string | Buffer) {}

  sign(plan: Plan): string {
    const text = JSON.stringify({ plan, untilMs: Date.now() + validMinutes * 60_000 });
    const content = Buffer.from(text).toString('base64url');
    return `${content}.${this.signatureOf(content).toString('base64url')}`;
  }

  /** @throws ConsoleError */
  verify(signedPlan: string): Plan {
    const [content = '', signature = ''] = signedPlan.split('.');
    const [given, due] = [Buffer.from(signature, 'base64url'), this.signatureOf(content)];
    if (given.length !== due.length || !timingSafeEqual(given, due)) {
      throw new ConsoleError(
        'this was not offered by a view of this console, or the Redis token was rotated: choose it again',
      );
    }
    const { plan, untilMs } = JSON.parse(Buffer.from(content, 'base64url').toString()) as {
      readonly plan: Plan;
      readonly untilMs: number;
    };
    if (untilMs < Date.now()) {
      throw new ConsoleError(
        `this was offered more than ${validMinutes} minutes ago: look at the queue again, and choose it again`,
      );
    }
    return plan;
  }

  private signatureOf(content: string): Buffer {
    return createHmac('sha256', this.key).update('model-events console\0').update(content).digest();
  }
}
