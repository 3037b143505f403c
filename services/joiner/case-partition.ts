import kafkajs from 'kafkajs';

/**
 * The partition of `radiology.case` that a case belongs to: that of its inputs, whose writers leave it to the default
 * partitioner of kafkajs (murmur2 of the key, as Kafka's own clients).
 */
export function casePartition(caseId: string, partitions: number): number {
  return partition({
    topic: '',
    partitionMetadata: Array.from({ length: partitions }, (_, partitionId) => ({
      partitionErrorCode: 0,
      partitionId,
      leader: 0,
      replicas: [],
      isr: [],
    })),
    message: { key: caseId, value: null },
  });
}

const partition = kafkajs.Partitioners.DefaultPartitioner();
