import type { ReportView } from './api.ts';

/** Where a report contradicts itself, beside the chips, which show one side of it only. */
export function Contradictions({ reports }: { reports: readonly ReportView[] }) {
  const told = [...new Set(reports.flatMap(({ contradictions }) => contradictions.map(sentenceOf)))];
  if (told.length === 0) return null;
  return (
    <p class="contradictions" role="note">
      <strong>
        {reports.length === 1
          ? 'The report seems to contradict itself'
          : 'A report seems to contradict itself'}
        :
      </strong>{' '}
      {told.join('; ')}. Read the text.
    </p>
  );
}

function sentenceOf({ name, beside }: ReportView['contradictions'][number]): string {
  return beside === null
    ? `${name} is said to be present and absent`
    : `“${beside.name}” stands beside ${name}`;
}
