import type { Metrics } from '../../platform/process/metrics.ts';

export type GatewayMetrics = ReturnType<typeof gatewayMetrics>;

/** The gateway's metrics; labels are codes of the error table and faults of the framer, never input. */
export function gatewayMetrics(metrics: Metrics) {
  return {
    messages: metrics.counter('interleave_hl7_messages_total', 'Messages by outcome', ['outcome']),
    repeats: metrics.counter('interleave_hl7_repeats_total', 'Messages that were answered again'),
    unsupportedAccepted: metrics.counter(
      'interleave_hl7_unsupported_accepted_total',
      'Messages that are kept and answered positively, and make no report: orders without result, and by configuration types that are not handled',
      ['code'],
    ),
    ordersWithoutResult: metrics.counter(
      'interleave_hl7_orders_without_result_total',
      'Orders without result beside reports, in messages that are accepted',
    ),
    events: metrics.counter('interleave_hl7_events_total', 'Report events written'),
    problems: metrics.counter(
      'interleave_hl7_problems_total',
      'Report events that are accepted and say what is wrong with their report',
      ['code'],
    ),
    bytes: metrics.counter('interleave_hl7_received_bytes_total', 'Bytes read from MLLP connections'),
    faults: metrics.counter('interleave_hl7_frame_faults_total', 'Bytes that were no MLLP frame', ['fault']),
    seconds: metrics.histogram(
      'interleave_hl7_answer_seconds',
      'From the end of a frame to its answer',
      [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
    ),
    connections: metrics.gauge('interleave_hl7_connections', 'Open MLLP connections'),
    refusedConnections: metrics.counter(
      'interleave_hl7_connections_refused_total',
      'Closed as they opened: at a limit, or TLS',
      ['code'],
    ),
    cut: metrics.counter('interleave_hl7_connections_cut_total', 'Closed for a timeout or for room', [
      'code',
    ]),
    inFlight: metrics.gauge(
      'interleave_hl7_in_flight_bytes',
      'Bytes of messages that wait for their answer or are still being kept',
    ),
  };
}
