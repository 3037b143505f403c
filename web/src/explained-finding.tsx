import { useId, useState } from 'preact/hooks';
import type { ReportFinding, ReportView } from './api.ts';
import {
  type FindingState,
  findingReasons,
  findingState,
  STATE_SIGNS,
  STATE_WORDS,
} from './finding-reason.ts';

/**
 * The words of a finding with a sign for how it is meant, and the reason while they are pointed at or have the focus;
 * Escape puts it away. `findings`: all that these words name.
 */
export function ExplainedFinding({
  findings,
  isNormal,
  words,
  text,
}: {
  findings: readonly ReportFinding[];
  isNormal(finding: ReportFinding): boolean;
  words: string;
  text: string;
}) {
  const id = useId();
  const [dismissed, setDismissed] = useState(false);
  const [leftwards, setLeftwards] = useState(false);
  const place = ({ currentTarget }: { currentTarget: HTMLElement }) =>
    setLeftwards(currentTarget.getBoundingClientRect().left > innerWidth * RIGHT_PART);
  const back = () => setDismissed(false);
  const [first] = findings;
  if (first === undefined) return <>{words}</>;
  const state = findingState(first, isNormal(first));
  return (
    <button
      type="button"
      class={`finding explained ${state}${dismissed ? ' dismissed' : ''}${leftwards ? ' leftwards' : ''}`}
      aria-describedby={id}
      onKeyDown={(event) => event.key === 'Escape' && setDismissed(true)}
      onMouseEnter={place}
      onFocus={place}
      onMouseLeave={back}
      onBlur={back}
    >
      <span class="sign" aria-hidden="true">
        {STATE_SIGNS[state]}
      </span>
      {words}
      <span class="reason" role="tooltip" id={id}>
        {findings.map((finding) => (
          <FindingReason
            key={finding.concept}
            finding={finding}
            state={findingState(finding, isNormal(finding))}
            text={text}
          />
        ))}
      </span>
    </button>
  );
}

/** From here on, as a share of the window's width, a reason is shown to the left of its words' end. */
const RIGHT_PART = 0.6;

function FindingReason({
  finding,
  state,
  text,
}: {
  finding: ReportFinding;
  state: FindingState;
  text: string;
}) {
  const said =
    state === 'aside' ? `${finding.assertion.toLowerCase()}, ${STATE_WORDS.aside}` : STATE_WORDS[state];
  return (
    <>
      <strong>
        {finding.name}: {said}
      </strong>
      {findingReasons(finding, text).map(({ words, rule }) => (
        <span class="line" key={`${rule}${words}`}>
          {words} {rule !== '' && <code>{rule}</code>}
        </span>
      ))}
    </>
  );
}

const STATES: readonly FindingState[] = ['present', 'uncertain', 'absent', 'normal', 'aside'];

/** What the signs mean, and which labeler read the report. */
export function ExplanationLegend({ labeler }: { labeler: ReportView['labeler'] }) {
  return (
    <ul class="legend" aria-label="How to read the explanation">
      {STATES.map((state) => (
        <li key={state}>
          <span class={`finding ${state}`}>
            <span class="sign">{STATE_SIGNS[state]}</span>
            {STATE_WORDS[state]}
          </span>
        </li>
      ))}
      <li>
        <span class="cue">words that decided</span>
      </li>
      <li>
        labeler <code>{labeler.hash.slice(0, 12)}</code>
      </li>
    </ul>
  );
}
