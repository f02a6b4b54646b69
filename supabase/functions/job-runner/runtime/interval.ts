/** PostgreSQL's intervals. */

// As PostgreSQL writes them by default, `1 day 02:03:04.5`, and as ISO 8601 does, `P1DT2H3M4.5S`.
const POSTGRES =
  /^(?:(-?\d+) years? ?)?(?:(-?\d+) mons? ?)?(?:(-?\d+) days? ?)?(?:(-?\d+):(\d\d):(\d\d(?:\.\d+)?))?$/;
const ISO_8601 =
  /^P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?\d+(?:\.\d+)?)S)?)?$/;
/** Of a year, a month, a day, an hour, a minute and a second, as the server converts them. */
const SECONDS = [365.25 * 86_400, 30 * 86_400, 86_400, 3600, 60, 1] as const;

/** Return an interval in milliseconds. Throws TypeError for another style. */
export function intervalMs(text: string): number {
  const match = POSTGRES.exec(text) ?? ISO_8601.exec(text);
  if (!match) throw new TypeError("the server writes intervals in a style that is not known");
  const parts = match.slice(1).map((each) => Number(each ?? 0));
  return 1000 * parts.reduce((sum, each, index) => sum + each * SECONDS[index]!, 0);
}

/** Return milliseconds as an interval that the server reads in every style. */
export function toInterval(milliseconds: number): string {
  return `${Math.round(milliseconds)} milliseconds`;
}
