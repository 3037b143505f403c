/** What everything says that shows a finding to people: the page, the API, the command line. */
export const NOTICE = 'Research software. Not a medical device. Not for diagnosis.';
