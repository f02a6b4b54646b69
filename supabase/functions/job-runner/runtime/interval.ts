/** PostgreSQL's intervals. */

const INTERVAL =
  /^(?:(-?\d+) years? ?)?(?:(-?\d+) mons? ?)?(?:(-?\d+) days? ?)?(?:(-?)(\d+):(\d\d):(\d\d(?:\.\d+)?))?$/;
const SECOND_MS = 1000;
const DAY_MS = 86_400 * SECOND_MS;

/** Return an interval in milliseconds; it is written as PostgreSQL does by default: `1 day 02:03:04.5`. */
export function intervalMs(text: string): number {
  const match = INTERVAL.exec(text);
  if (!match) throw new TypeError("the server writes intervals in a style that is not known");
  const [years, months, days, , hours, minutes, seconds] = match.slice(1).map((each) =>
    Number(each ?? 0)
  );
  const time = (hours! * 3600 + minutes! * 60 + seconds!) * SECOND_MS;
  return (years! * 365.25 + months! * 30 + days!) * DAY_MS + (match[4] === "-" ? -time : time);
}

/** Return milliseconds as an interval that the server reads in every style. */
export function toInterval(milliseconds: number): string {
  return `${Math.round(milliseconds)} milliseconds`;
}
