import { Secret } from 'aws-cdk-lib/aws-ecs';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { secretFields } from '../contract/container-wiring';

/** What ECS reads when a task starts. CDK's own class would grant more than ECS calls; this one grants nothing. */
export class ContainerSecret extends Secret {
  readonly hasField: boolean;

  /** @param arn as in `valueFrom` */
  constructor(readonly arn: string) {
    super();
    this.hasField = secretFields.some((field) => arn.endsWith(field));
  }

  override grantRead(grantee: IGrantable): Grant {
    return Grant.drop(grantee, 'ModelEvents.wire() grants exactly what ECS calls');
  }
}
