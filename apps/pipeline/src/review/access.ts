import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

const COOKIE = "mmgeo-review";
const loopbackNames = new Set(["localhost", "127.0.0.1", "[::1]"]);

export const isLoopback = (host: string): boolean => loopbackNames.has(host) || host === "::1";

/** The header that lets a browser come again without the token in its address. */
export const cookieOf = (token: string): string => `${COOKIE}=${encodeURIComponent(token)}; Path=/; HttpOnly; SameSite=Strict`;

const same = (a: string, b: string): boolean => timingSafeEqual(createHash("sha256").update(a).digest(), createHash("sha256").update(b).digest());

function tokenOf({ headers }: IncomingMessage, url: URL): string {
  const inAddress = url.searchParams.get("token");
  if (inAddress !== null) return inAddress;
  const bearer = /^Bearer (.+)$/u.exec(headers.authorization ?? "")?.[1];
  if (bearer !== undefined) return bearer;
  const cookie = (headers.cookie ?? "").split(/;\s*/u).find((one) => one.startsWith(`${COOKIE}=`));
  return cookie === undefined ? "" : decodeURIComponent(cookie.slice(COOKIE.length + 1));
}

/**
 * Why a request is refused; null where it is not. With a token it has to bring it. Without one only this machine reaches the
 * server, but a page of another site, open in the same browser, does too: its requests name another host or come from another origin.
 */
export function refusalOf({ request, url, token }: { request: IncomingMessage; url: URL; token: string | null }): string | null {
  const host = request.headers.host ?? "";
  if (token === null && !loopbackNames.has(host.replace(/:\d+$/u, ""))) return "this server answers to the name of this machine alone";
  if (token !== null && !same(tokenOf(request, url), token)) return "open the address that the command printed, with its token";
  const { origin } = request.headers;
  if (request.method !== "GET" && origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) return "the request comes from a page of another site";
  return null;
}
