import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import type { PublisherEnvironmentOptions } from '../../dev/local/publisher-environment';
import { type BundledFunction, type FunctionRedis, useBundledFunction } from './bundled-function';

/** The publisher, as it is deployed. */
export interface TestPublisher extends BundledFunction {
  /** Invokes it with these records. @returns the ids of the records returned to SQS. */
  publish(...records: SQSRecord[]): Promise<string[]>;
  /** The values of a metric, of all its EMF lines. */
  metric(name: string): number[];
}

interface PublisherOptions extends PublisherEnvironmentOptions {
  /** @default 7, as deployed */
  readonly timeoutSeconds?: number;
}

/** Starts the publisher before the first test; call it after `useRedis`. */
export function usePublisher(redis: FunctionRedis, options: PublisherOptions = {}): TestPublisher {
  const publisher = useBundledFunction(redis, { name: 'publisher', timeoutSeconds: 7, ...options });
  return Object.assign(publisher, {
    publish: async (...records: SQSRecord[]) => {
      const response = (await publisher.function.invoke({ Records: records })) as SQSBatchResponse;
      return response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    },
    metric: (name: string) =>
      publisher
        .entries()
        .flatMap((entry) => ('_aws' in entry && name in entry ? [entry[name]].flat() : [])) as number[],
  });
}
