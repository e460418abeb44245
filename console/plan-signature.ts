import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Plan } from './plan';
import { ConsoleError } from './console-error';

/** A signed plan expires: the list that it was made from is out of date. */
const validMinutes = 15;

/**
 * Signs the plans in a view's buttons, so that a client can only submit plans that the console issued. A discard or an
 * action on all entries therefore requires the confirmation view.
 */
export class PlanSignature {
  /** @param key random, of one environment; used for nothing else */
  constructor(private readonly key: string | Buffer) {}

  sign(plan: Plan): string {
    const text = JSON.stringify({ plan, untilMs: Date.now() + validMinutes * 60_000 });
    const content = Buffer.from(text).toString('base64url');
    return `${content}.${this.signatureOf(content).toString('base64url')}`;
  }

  /** @throws ConsoleError */
  verify(signedPlan: string): Plan {
    const [content = '', signature = ''] = signedPlan.split('.');
    const [received, expected] = [Buffer.from(signature, 'base64url'), this.signatureOf(content)];
    if (received.length !== expected.length || !timingSafeEqual(received, expected)) {
      throw new ConsoleError(
        'this action was not issued by this console, or its key has expired: open the list and try again',
      );
    }
    const { plan, untilMs } = JSON.parse(Buffer.from(content, 'base64url').toString()) as {
      readonly plan: Plan;
      readonly untilMs: number;
    };
    if (untilMs < Date.now()) {
      throw new ConsoleError(`this action expired after ${validMinutes} minutes: open the list and try again`);
    }
    return plan;
  }

  private signatureOf(content: string): Buffer {
    return createHmac('sha256', this.key).update('model-events console\0').update(content).digest();
  }
}
