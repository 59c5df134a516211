/** Written out, these start with another sound than their first letter says. */
const vowelSound = /^(?:[aeio]|un(?!i)|um|up|ul|us(?!e)|8|11(?!\d)|18(?!\d)|1[18]\d{3}(?!\d)|hour|[FHLMNRSX](?![a-z]))/i;
const consonantSound = /^(?:uni|use|eu|one\b|once)/i;

/** The article before a word: `an isosceles`, `a right`, `an 8`, `a unit`. */
export function articleFor(next: string): "a" | "an" {
  return !consonantSound.test(next) && vowelSound.test(next) && !/^[hlmnrsxf][a-z]/i.test(next) || /^hour/i.test(next) ? "an" : "a";
}

/** `replacement` set in the case of what it replaces. */
export function inCaseOf(original: string, replacement: string): string {
  const first = original.charAt(0);
  return first !== first.toLowerCase() && original.slice(1) === original.slice(1).toLowerCase() ? replacement.charAt(0).toUpperCase() + replacement.slice(1) : replacement;
}
