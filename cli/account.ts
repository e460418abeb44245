/** The AWS account that the operator's profile and region lead to: one client for each service, made when it is asked for. */
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElastiCacheClient } from '@aws-sdk/client-elasticache';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';

/** As AWS users know them; what is left out comes from AWS_PROFILE, AWS_REGION and ~/.aws. */
export interface AccountOptions {
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
  /** The URL of `make local`, which takes any credentials. @default AWS */
  readonly localUrl?: string | undefined;
}

interface ClientSettings {
  readonly profile?: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly requestHandler: { readonly connectionTimeout: number; readonly requestTimeout: number };
}

export class Account {
  private readonly settings: ClientSettings;
  private readonly clients = new Map<string, unknown>();

  constructor({ profile, region, localUrl }: AccountOptions) {
    this.settings = {
      ...(localUrl === undefined
        ? {}
        : { endpoint: localUrl, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
      ...(profile === undefined ? {} : { profile }),
      ...(region === undefined ? {} : { region }),
      // The SDK has no limits of its own: without a way to AWS the program would hang.
      requestHandler: { connectionTimeout: 5000, requestTimeout: 20_000 },
    };
  }

  get ec2(): EC2Client {
    return this.client('ec2', () => new EC2Client(this.settings));
  }

  get ecs(): ECSClient {
    return this.client('ecs', () => new ECSClient(this.settings));
  }

  get elastiCache(): ElastiCacheClient {
    return this.client('elasticache', () => new ElastiCacheClient(this.settings));
  }

  get eventBridge(): EventBridgeClient {
    return this.client('events', () => new EventBridgeClient(this.settings));
  }

  get iam(): IAMClient {
    return this.client('iam', () => new IAMClient(this.settings));
  }

  get kms(): KMSClient {
    return this.client('kms', () => new KMSClient(this.settings));
  }

  get lambda(): LambdaClient {
    return this.client('lambda', () => new LambdaClient(this.settings));
  }

  get secrets(): SecretsManagerClient {
    return this.client('secretsmanager', () => new SecretsManagerClient(this.settings));
  }

  get sqs(): SQSClient {
    // AWS_ENDPOINT_URL_SQS counts for more than the host in a queue's URL.
    return this.client('sqs', () => new SQSClient({ ...this.settings, useQueueUrlAsEndpoint: false }));
  }

  get ssm(): SSMClient {
    return this.client('ssm', () => new SSMClient(this.settings));
  }

  get sts(): STSClient {
    return this.client('sts', () => new STSClient(this.settings));
  }

  /** The region in use, also where it comes from the profile. */
  async region(): Promise<string> {
    return this.sts.config.region();
  }

  private client<Client>(service: string, make: () => Client): Client {
    const client = (this.clients.get(service) as Client | undefined) ?? make();
    this.clients.set(service, client);
    return client;
  }
}
