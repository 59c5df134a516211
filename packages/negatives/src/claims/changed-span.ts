const wordSign = /[\p{L}\p{N}.]/u;

function isInside(text: string, place: number): boolean {
  return place > 0 && place < text.length && wordSign.test(text[place - 1]!) && wordSign.test(text[place]!);
}

/**
 * What of `after` is not in `before`, in whole words: the stretch between what both begin with and what both end with. Where `after` only
 * lacks words, the stretch is the word before the gap.
 */
export function changedSpan(before: string, after: string): [start: number, end: number] {
  let start = 0;
  const shortest = Math.min(before.length, after.length);
  while (start < shortest && before[start] === after[start]) start += 1;
  let back = 0;
  while (back < shortest - start && before[before.length - 1 - back] === after[after.length - 1 - back]) back += 1;
  let end = after.length - back;
  let endBefore = before.length - back;
  while (isInside(after, start) || isInside(before, start)) start -= 1;
  while (isInside(after, end) || isInside(before, endBefore)) {
    end += 1;
    endBefore += 1;
  }
  if (end <= start) {
    end = start;
    start = after.slice(0, end).trimEnd().lastIndexOf(" ") + 1;
    while (end > start + 1 && after[end - 1] === " ") end -= 1;
  }
  return [start, end];
}
