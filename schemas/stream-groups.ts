import { indexerGroup } from './index/index-names.ts';
import { TOPICS } from './topics.ts';

/** The consumer groups of the services between the gateways and the index, by their names unless a site changes them. */
export const STREAM_GROUPS = {
  labeler: 'interleave-labeler',
  inference: 'interleave-inference',
  joiner: 'interleave-joiner',
} as const;

/** One stage that everything that comes in passes. */
export interface StreamStage {
  service: 'labeler' | 'inference' | 'joiner' | 'indexer';
  groupId: string;
  topics: string[];
}

/**
 * The stages from the gateways to an index: what lies before them is what a message that comes in now may have to wait for.
 * Groups that go through what is stored (`reembed`, a new labeler, an index that is being built) are not among them.
 */
export function streamStages(
  casesIndex: string | undefined,
  joinerGroup: string = STREAM_GROUPS.joiner,
): StreamStage[] {
  const stages: StreamStage[] = [
    { service: 'labeler', groupId: STREAM_GROUPS.labeler, topics: [TOPICS.reportReceived] },
    { service: 'inference', groupId: STREAM_GROUPS.inference, topics: [TOPICS.imageReceived] },
    { service: 'joiner', groupId: joinerGroup, topics: [TOPICS.reportLabeled, TOPICS.imageEmbedded] },
  ];
  if (casesIndex === undefined) return stages;
  return [...stages, { service: 'indexer', groupId: indexerGroup(casesIndex), topics: [TOPICS.case] }];
}
