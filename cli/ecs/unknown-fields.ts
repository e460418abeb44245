/** Fields of an ECS response that this version of the AWS SDK does not know, and therefore drops. */
import type { ECSClient, DescribeTaskDefinitionCommandOutput } from '@aws-sdk/client-ecs';
import { DescribeTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { isObject } from '../../contract/rules';

export interface Description {
  readonly described: DescribeTaskDefinitionCommandOutput;
  /** As in `taskDefinition.containerDefinitions[0].newField`. */
  readonly unknownFields: readonly string[];
}

/** Describes a definition, and compares what ECS sent with what the SDK read from it. */
export async function describeDefinition(ecs: ECSClient, taskDefinition: string): Promise<Description> {
  const command = new DescribeTaskDefinitionCommand({ taskDefinition, include: ['TAGS'] });
  let sent: unknown;
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as { body: Readable | Uint8Array };
      // The SDK can read a stream once only: it gets the bytes.
      const bytes = response.body instanceof Uint8Array ? response.body : await buffer(response.body);
      response.body = bytes;
      try {
        sent = JSON.parse(Buffer.from(bytes).toString('utf8'));
      } catch {
        // The SDK reports a response that is not JSON.
      }
      return result;
    },
    // The last step before the connection: the SDK has not parsed the response yet.
    { step: 'deserialize', priority: 'low' },
  );
  const described = await ecs.send(command);
  return { described, unknownFields: missingPaths(sent, described, '') };
}

/** Paths of `sent` that `read` does not have. ECS sends no field without a value. */
function missingPaths(sent: unknown, read: unknown, path: string): string[] {
  if (sent === null) return [];
  if (read === undefined) return [path];
  if (Array.isArray(sent)) {
    const items: readonly unknown[] = Array.isArray(read) ? read : [];
    return sent.flatMap((each, index) => missingPaths(each, items[index], `${path}[${index}]`));
  }
  if (!isObject(sent) || !isObject(read)) return [];
  return Object.entries(sent).flatMap(([name, value]) =>
    missingPaths(value, read[name], path === '' ? name : `${path}.${name}`),
  );
}
