/**
 * The age at the examination in groups of ten years: '0-9' … '80-89', '90+' (ages above 89 are grouped, as 45 CFR
 * 164.514(b)(2)(i)(C) asks of data without identifiers). '' where birth date or examination date is unknown or the
 * one lies after the other.
 */
export function ageGroup(birthDate: string, examinedAt: number | null): string {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(birthDate);
  if (match === null || examinedAt === null) return '';
  const [, year, month, day] = match.map(Number);
  const at = new Date(examinedAt);
  if (year === undefined || month === undefined || day === undefined || Number.isNaN(at.getTime())) return '';
  const hadBirthday =
    at.getUTCMonth() + 1 > month || (at.getUTCMonth() + 1 === month && at.getUTCDate() >= day);
  const age = at.getUTCFullYear() - year - (hadBirthday ? 0 : 1);
  if (age < 0 || age > OLDEST) return '';
  if (age >= 90) return '90+';
  const decade = Math.floor(age / 10) * 10;
  return `${decade}-${decade + 9}`;
}

/** Older people are typing mistakes. */
const OLDEST = 130;
