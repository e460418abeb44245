/**
 * ElastiCache with the nodes of replication groups, which moto's DescribeCacheClusters leaves out. All other calls go on to
 * the emulator.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Properties that ElastiCache describes for a node, not for its group. */
export interface CacheNode {
  engineVersion: string;
  parameterGroup: string;
  securityGroupId: string;
  subnetGroup: string;
}

export interface ElastiCacheNodesProxy {
  readonly url: string;
  readonly node: CacheNode;
  stop(): Promise<void>;
}

export async function startElastiCacheNodesProxy(emulatorUrl: string): Promise<ElastiCacheNodesProxy> {
  const node: CacheNode = { engineVersion: '', parameterGroup: '', securityGroupId: '', subnetGroup: '' };
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const body = await text(request);
      if (body.includes('Action=DescribeCacheClusters')) {
        response.end(described(new URLSearchParams(body).get('CacheClusterId') ?? '', node));
        return;
      }
      const headers = { ...request.headers };
      for (const name of ['host', 'connection', 'content-length']) Reflect.deleteProperty(headers, name);
      const passedOn = await fetch(emulatorUrl, { method: 'POST', headers: headers as Record<string, string>, body });
      response.writeHead(passedOn.status, { 'content-type': 'text/xml' }).end(await passedOn.text());
    };
    answer().catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    node,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function described(id: string, { engineVersion, parameterGroup, securityGroupId, subnetGroup }: CacheNode): string {
  return `<DescribeCacheClustersResponse xmlns="http://elasticache.amazonaws.com/doc/2015-02-02/"><DescribeCacheClustersResult>
<CacheClusters><CacheCluster><CacheClusterId>${id}</CacheClusterId><EngineVersion>${engineVersion}</EngineVersion>
<CacheParameterGroup><CacheParameterGroupName>${parameterGroup}</CacheParameterGroupName></CacheParameterGroup>
<CacheSubnetGroupName>${subnetGroup}</CacheSubnetGroupName>
<SecurityGroups><member><SecurityGroupId>${securityGroupId}</SecurityGroupId><Status>active</Status></member></SecurityGroups>
</CacheCluster></CacheClusters></DescribeCacheClustersResult></DescribeCacheClustersResponse>`;
}
