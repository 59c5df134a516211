import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** Objects in a page of a list: few, so that a test needs several pages. */
const PAGE = 3;

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Uint8Array, data: string): Buffer => createHmac("sha256", key).update(data).digest();

/** Whether a request bears the signature (AWS Signature Version 4) that this secret gives, over the body that it came with. */
function isSigned({ method, url, headers }: IncomingMessage, body: Uint8Array, secret: string): boolean {
  const match = /^AWS4-HMAC-SHA256 Credential=[^/]+\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/u.exec(headers.authorization ?? "");
  if (match === null) return false;
  const [, date = "", region = "", signed = "", signature] = match;
  const payload = String(headers["x-amz-content-sha256"]);
  if (payload !== sha256(body)) return false;
  const [path = "", query = ""] = url!.split("?");
  const canonicalQuery = query === "" ? "" : query.split("&").map((part) => (part.includes("=") ? part : `${part}=`)).toSorted().join("&");
  const canonicalHeaders = signed.split(";").map((name) => `${name}:${String(headers[name]).trim()}\n`).join("");
  const canonical = [method, path, canonicalQuery, canonicalHeaders, signed, payload].join("\n");
  const scope = `${date}/${region}/s3/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, sha256(canonical)].join("\n");
  const key = [region, "s3", "aws4_request"].reduce<Buffer>((key, part) => hmac(key, part), hmac(`AWS4${secret}`, date));
  return hmac(key, toSign).toString("hex") === signature;
}

const escapeXml = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const failure = (code: string): string => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;

/** As much of S3 as a depot needs, in memory: objects of one bucket, lists in pages, removal of several, and the check of every signature. */
export async function fakeS3({ bucket, secret }: { bucket: string; secret: string }): Promise<{ url: string; objects: Map<string, Uint8Array>; close: () => Promise<void> }> {
  const objects = new Map<string, Uint8Array>();

  function list(parameters: URLSearchParams): string {
    const names = [...objects.keys()].filter((name) => name.startsWith(parameters.get("prefix") ?? "")).toSorted();
    const from = Number(parameters.get("continuation-token") ?? 0);
    const next = from + PAGE < names.length ? `<NextContinuationToken>${from + PAGE}</NextContinuationToken>` : "";
    return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${next !== ""}</IsTruncated>${next}${names.slice(from, from + PAGE).map((name) => `<Contents><Key>${escapeXml(name)}</Key><Size>${objects.get(name)!.length}</Size></Contents>`).join("")}</ListBucketResult>`;
  }

  function answer(request: IncomingMessage, body: Buffer): { status: number; body: string | Uint8Array } {
    if (!isSigned(request, body, secret)) return { status: 403, body: failure("SignatureDoesNotMatch") };
    const url = new URL(request.url!, "http://s3");
    const [, name = "", key = ""] = /^\/([^/]+)\/?(.*)$/u.exec(decodeURIComponent(url.pathname)) ?? [];
    if (name !== bucket) return { status: 404, body: failure("NoSuchBucket") };
    if (request.method === "GET" && key === "") return { status: 200, body: list(url.searchParams) };
    if (request.method === "POST" && url.searchParams.has("delete")) {
      for (const [, removed = ""] of body.toString("utf8").matchAll(/<Key>([^<]*)<\/Key>/gu)) objects.delete(removed);
      return { status: 200, body: '<?xml version="1.0"?><DeleteResult/>' };
    }
    if (request.method === "PUT") {
      objects.set(key, body);
      return { status: 200, body: "" };
    }
    const object = objects.get(key);
    return object === undefined ? { status: 404, body: failure("NoSuchKey") } : { status: 200, body: object };
  }

  const server = createServer(async (request, response) => {
    const { status, body } = answer(request, await buffer(request));
    response.writeHead(status, typeof body === "string" ? { "content-type": "application/xml" } : {}).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
