import { DeleteObjectsCommand, GetObjectCommand, ListObjectsV2Command, NoSuchKey, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { InputError } from "@mmgeo/dataset";
import type { ObjectStore } from "./depot.js";

/** As many objects as S3 removes with one request. */
const MOST_REMOVED = 1000;

/**
 * Objects below `s3://bucket/prefix`, reached with AWS' own client: credentials and region come from where it looks for them
 * (AWS_ACCESS_KEY_ID, AWS_REGION, ~/.aws, the machine's role). `endpoint`, or AWS_ENDPOINT_URL, names other storage that speaks S3.
 *
 * @throws {InputError} for an address that is not of this form
 */
export function s3Objects({ address, endpoint = process.env["AWS_ENDPOINT_URL"] }: { address: string; endpoint?: string }): ObjectStore {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]+)(?:\/(.*?))?\/?$/u.exec(address);
  if (match === null) throw new InputError({ message: `"${address}" is no address of storage; write it as s3://bucket/prefix`, field: "--storage" });
  const [, bucket, folder = ""] = match;
  const prefix = folder === "" ? "" : `${folder}/`;
  const client = new S3Client({
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    region: process.env["AWS_REGION"] ?? process.env["AWS_DEFAULT_REGION"] ?? "us-east-1",
    // Storage other than Amazon's often knows no checksums beyond those of the signature.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  return {
    async put(name, bytes) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: prefix + name, Body: bytes, ContentLength: bytes.length }));
    },
    async get(name) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: prefix + name }));
        return Body === undefined ? null : await Body.transformToByteArray();
      } catch (error) {
        if (error instanceof NoSuchKey) return null;
        throw error;
      }
    },
    async list(start) {
      const names: string[] = [];
      let token: string | undefined;
      do {
        const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix + start, ContinuationToken: token }));
        names.push(...(page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key.slice(prefix.length)])));
        token = page.NextContinuationToken;
      } while (token !== undefined);
      return names;
    },
    async remove(names) {
      for (let from = 0; from < names.length; from += MOST_REMOVED) {
        await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: names.slice(from, from + MOST_REMOVED).map((name) => ({ Key: prefix + name })), Quiet: true } }));
      }
    },
  };
}
