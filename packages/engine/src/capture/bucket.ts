/**
 * The length to pad to, so that sequences of many lengths share a few captures: the next power of two, or three quarters of
 * it, so that at most a third of the result is padding.
 * @param length of the longest sequence of a batch
 * @param minimum the smallest bucket @default 16
 * @param maximum the largest, returned as it is even if it is no such number; longer sequences are an error
 */
export function bucketLength(length: number, { minimum = 16, maximum = Number.MAX_SAFE_INTEGER }: { minimum?: number; maximum?: number } = {}): number {
  if (!(length <= maximum)) throw new Error(`bucketLength: ${length} is more than the maximum of ${maximum}`);
  let bucket = 2 ** Math.ceil(Math.log2(Math.max(length, minimum, 1)));
  if (bucket * 0.75 >= Math.max(length, minimum)) bucket *= 0.75;
  return Math.min(maximum, Math.max(bucket, minimum));
}
