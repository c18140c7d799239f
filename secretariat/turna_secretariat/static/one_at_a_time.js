// Makes a look that is asked for often, and takes its time, one that is on its way once only.

// What is returned began after it was asked for: what was known by then is in it.
export function oneAtATime(look) {
  let now = null;
  let next = null;
  return function again(...given) {
    if (next) return next;
    if (now) {
      const start = () => { next = null; return again(...given); };
      next = now.then(start, start);
      return next;
    }
    now = look(...given).finally(() => { now = null; });
    return now;
  };
}
