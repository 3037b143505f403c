import { useEffect, useState } from 'preact/hooks';

/** As in style.css. */
const NARROW = '(max-width: 60rem)';

/** Whether the window is too narrow for two columns. */
export function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const update = () => setNarrow(query.matches);
    query.addEventListener('change', update);
    return () => query.removeEventListener('change', update);
  }, []);
  return narrow;
}
