import { useEffect, useRef, useState } from 'preact/hooks';
import type { CaseView, ReportView } from './api.ts';
import { earlierReports } from './case-changes.ts';
import { CaseImages } from './case-images.tsx';
import { ChangeNotices } from './change-notices.tsx';
import { Contradictions } from './contradictions.tsx';
import { FindingChips } from './finding-chips.tsx';
import { type OpenCase, useOpenCase } from './open-case.ts';
import { openingImage } from './pictured-images.ts';
import { Problem } from './problem.tsx';
import { ReportCard } from './report-card.tsx';
import { Similar } from './similar.tsx';
import { whenWords } from './when.ts';
import { day, nameOf } from './words.ts';

/** One case: its images beside the whole report, and cases that are like it; kept as it is now while it stands open. */
export function CasePage({ id }: { id: string }) {
  const open = useOpenCase(id);
  const { current, gone, freshness } = open;
  return (
    <main class={freshness.old && current !== null ? 'case old' : 'case'}>
      <Back />
      {(current !== null || gone !== null) && (
        <ChangeNotices lead="This case" changes={open.changes} freshness={freshness}>
          <button type="button" onClick={open.acknowledge}>
            I have seen it
          </button>
        </ChangeNotices>
      )}
      {gone !== null && (
        <div class="nothing" role="alert">
          <h1>This case is no longer here.</h1>
          <p>
            That was seen {whenWords(gone)}. It was erased, or its records belong to another case now. What
            stood here does not count any more.
          </p>
        </div>
      )}
      {current !== null && <Case open={open} current={current} />}
      {current === null && gone === null && freshness.error !== null && (
        <Problem error={freshness.error} onRetry={freshness.checkNow} />
      )}
      {current === null && gone === null && freshness.error === null && <p class="wait">Opening the case…</p>}
    </main>
  );
}

function Case({ open: { seen, changes }, current }: { open: OpenCase; current: CaseView }) {
  // The image that the reader looks at stays the one, whatever comes before it; where it goes away, that is said.
  const [shown, setShown] = useState<string | null>(openingImage(current.images)?.id ?? null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    if (location.hash === '#similar') document.getElementById('similar')?.scrollIntoView();
    else scrollTo(0, 0);
  }, []);
  const about = [
    current.modality.join(', '),
    current.bodyPart.map(nameOf).join(', '),
    [nameOf(current.patient.sex), current.patient.ageGroup].filter((part) => part !== '').join(' '),
    day(current.studiedAt),
  ].filter((part) => part !== '');
  const known = new Set(seen?.images.map(({ id }) => id));
  const fresh = new Set(current.images.map(({ id }) => id).filter((id) => !known.has(id)));
  const earlier = earlierReports(current.reports, seen?.reports ?? []);
  const flags = [current.standing === 'JOINED' ? [] : [current.standing], current.flags].flat();
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        {current.title || 'Untitled case'}
      </h1>
      <p class="about">
        {current.accession !== '' && <span class="accession">{current.accession}</span>}
        {about.join(' · ')}
        {flags.map((flag) => (
          <span key={flag} class={isNewFlag(flag, seen) ? 'flag fresh' : 'flag'}>
            {nameOf(flag)}
          </span>
        ))}
      </p>
      <FindingChips findings={current.findings} seen={seen?.findings} most={40} />
      <Contradictions reports={current.reports} />
      <div class="sides">
        <CaseImages detail={current} shown={shown} fresh={fresh} onShow={setShown} />
        <section class="reports" aria-label="Reports">
          {current.reports.map((report, place) => (
            <ReportCard
              key={keyOf(report)}
              report={report}
              earlier={earlier[place] ?? null}
              shown={shown}
              onShow={setShown}
            />
          ))}
          {current.reports.length === 0 && <p class="nothing">No report has come yet.</p>}
        </section>
      </div>
      <Similar detail={current} changed={changes.length > 0} />
    </>
  );
}

function isNewFlag(flag: string, seen: CaseView | null): boolean {
  return seen !== null && seen.standing !== flag && !seen.flags.includes(flag);
}

/** Its oldest version; the numbers of reports in a case change with their order. */
function keyOf({ id, versions }: ReportView): string {
  const offsets = versions.map(({ receivedOffset }) => receivedOffset);
  return offsets.length === 0 ? id : String(Math.min(...offsets));
}

function Back() {
  return (
    <p class="back">
      <button type="button" onClick={() => (history.length > 1 ? history.back() : location.assign('/'))}>
        ← Back to the results
      </button>
    </p>
  );
}
