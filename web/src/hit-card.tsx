import type { ComponentChildren } from 'preact';
import type { Hit, Segment, Why } from './api.ts';
import { FindingChips } from './finding-chips.tsx';
import { casePath, go } from './route.ts';
import type { ShownHit } from './shown-hits.ts';
import { Thumbnail } from './thumbnail.tsx';
import { whenWords } from './when.ts';
import { day, nameOf, ordinal, plural } from './words.ts';

/** One found case: picture, impression, findings, and why it is here. */
export function HitCard({ shown: { hit, changes }, outdated }: { shown: ShownHit; outdated: boolean }) {
  const [first] = hit.images;
  const about = [
    hit.modality.join(', '),
    hit.bodyPart.map((part) => nameOf(part)).join(', '),
    [nameOf(hit.patient.sex), hit.patient.ageGroup].filter((part) => part !== '').join(' '),
    day(hit.studiedAt),
    hit.status === 'FINAL' ? nameOf(hit.status) : '',
  ].filter((part) => part !== '');
  return (
    <article class={`hit${outdated ? ' outdated' : ''}${changes.length > 0 ? ' renewed' : ''}`}>
      {outdated && (
        <p class="unchecked">This case has changed. The old state is shown until the new one is loaded.</p>
      )}
      {changes.map(({ when, what }, position) => (
        <p key={position} class="changed">
          <strong>Changed {whenWords(when)}:</strong> {what.join('; ')}.
        </p>
      ))}
      <CaseLink id={hit.id} class="picture" label={`Open case ${hit.accession}`}>
        {first === undefined ? (
          <span class="thumbnail none">{NO_PICTURE[hit.standing] ?? 'No images'}</span>
        ) : (
          <Thumbnail image={first} />
        )}
        {hit.imageCount > 1 && <span class="count">{plural(hit.imageCount, 'image')}</span>}
      </CaseLink>
      <div class="body">
        <h2>
          <CaseLink id={hit.id}>{hit.title || 'Untitled case'}</CaseLink>
          {hit.status !== null && hit.status !== 'FINAL' && <span class="flag">{nameOf(hit.status)}</span>}
          {hit.standing !== 'JOINED' && <span class="flag">{nameOf(hit.standing)}</span>}
          {hit.flags.map((flag) => (
            <span key={flag} class="flag">
              {nameOf(flag)}
            </span>
          ))}
          {hit.unreadCount > 0 && (
            <span class="flag" title={`${plural(hit.unreadCount, 'sentence')} not in English`}>
              Language not read
            </span>
          )}
        </h2>
        <p class="about">
          {hit.accession !== '' && <span class="accession">{hit.accession}</span>}
          {about.join(' · ')}
        </p>
        <p class="impression">{hit.impression || <em>No report yet.</em>}</p>
        <FindingChips findings={hit.findings} />
        <WhyMatched hit={hit} />
      </div>
      <CaseLink id={hit.id} part="similar" class="similar-link">
        More like this
      </CaseLink>
    </article>
  );
}

/** In the place of a case that changed and left the list: nothing that it said before stands here any more. */
export function GoneCard({ id, gone: { when, why } }: { id: string; gone: NonNullable<ShownHit['gone']> }) {
  return (
    <article class="hit gone renewed">
      <p class="changed">
        {why === 'NO_CASE' ? (
          <>The case that stood here is gone. That was seen {whenWords(when)}.</>
        ) : (
          <>
            A case that stood here changed {whenWords(when)}, and is no longer among these results.{' '}
            <CaseLink id={id}>Open it as it is now</CaseLink>
          </>
        )}
      </p>
    </article>
  );
}

const NO_PICTURE: Record<string, string> = {
  RECONCILIATION: 'Images withheld',
  // A key object selection may come before the images that it names.
  IMAGES_ONLY: 'No picture yet',
};

function WhyMatched({ hit: { why } }: { hit: Hit }) {
  const legs = why.legs.filter((leg) => leg.leg !== 'NEWEST');
  if (legs.length === 0) return null;
  const [sentence] = why.concepts
    .map((concept) => concept.sentence)
    .filter((segments) => segments.length > 0);
  const words = why.words[0];
  return (
    <p class="why">
      <span class="label">Why:</span> {legs.map((leg) => reason(leg, why)).join(' · ')}
      {sentence !== undefined ? (
        <>
          {' '}
          “<Highlighted segments={sentence} />”
        </>
      ) : (
        // Of the text without what it denies: no quotation.
        words !== undefined && (
          <>
            {why.wordsUnread ? ' · in a language that is not read: ' : ' · it asserts: '}
            <Highlighted segments={words} /> …
          </>
        )
      )}
    </p>
  );
}

/** "2nd by meaning": where this way of looking alone had put it. */
function reason({ leg, rank }: Why['legs'][number], { concepts }: Why): string {
  if (leg === 'ACCESSION') return 'it has this number';
  if (leg === 'FINDINGS') return shared(concepts);
  return `${ordinal(rank)} by ${nameOf(leg)}`;
}

/** Of the hit, as sure as its report is; the case that it is compared with may be less sure. */
function shared(concepts: Why['concepts']): string {
  const named = (wanted: string) =>
    concepts
      .filter(({ assertion }) => assertion === wanted)
      .map(({ name }) => name.toLowerCase())
      .join(', ');
  const parts = [
    ['it has ', named('PRESENT')],
    ['it may have ', named('UNCERTAIN')],
  ];
  return parts.flatMap(([words, names]) => (names === '' ? [] : [`${words}${names}`])).join('; ');
}

function Highlighted({ segments }: { segments: Segment[] }) {
  return <>{segments.map(({ text, match }, i) => (match ? <mark key={i}>{text}</mark> : text))}</>;
}

/** A link that works with the keyboard, in a new tab, and without loading the page again. */
export function CaseLink({
  id,
  part,
  label,
  class: className,
  children,
}: {
  id: string;
  part?: 'similar';
  label?: string;
  class?: string;
  children: ComponentChildren;
}) {
  return (
    <a
      href={casePath(id, part)}
      class={className}
      aria-label={label}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go(part === undefined ? { page: 'case', id } : { page: 'case', id, part });
      }}
    >
      {children}
    </a>
  );
}
