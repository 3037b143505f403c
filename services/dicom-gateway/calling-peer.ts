/** Who calls: what operators need to find a device among many, and what logs say of it. */
export interface CallingPeer {
  /** address */
  peer: string;
  /** as the request gave them; not there before one came */
  callingAeTitle?: string;
  calledAeTitle?: string;
}

/** PS3.5 6.2, VR AE. */
const MAX_AE_TITLE_LENGTH = 16;

/** For a log line: titles come from outside, so what is no printable ASCII is shown as `?`, and no more than 16 characters. */
export function shown({ peer, callingAeTitle, calledAeTitle }: CallingPeer): CallingPeer {
  return {
    peer,
    ...(callingAeTitle === undefined ? {} : { callingAeTitle: shownTitle(callingAeTitle) }),
    ...(calledAeTitle === undefined ? {} : { calledAeTitle: shownTitle(calledAeTitle) }),
  };
}

function shownTitle(title: string): string {
  return title.slice(0, MAX_AE_TITLE_LENGTH).replace(/[^ -~]/g, '?');
}
