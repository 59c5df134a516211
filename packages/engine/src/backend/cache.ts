import { homedir } from "node:os";
import { join } from "node:path";

/** The per-user cache of MMGeo: `MMGEO_CACHE`, else `$XDG_CACHE_HOME/mmgeo`, else `~/.cache/mmgeo`. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { MMGEO_CACHE: own, XDG_CACHE_HOME: shared } = environment;
  if (own !== undefined && own !== "") return own;
  return shared !== undefined && shared !== "" ? join(shared, "mmgeo") : join(homedir(), ".cache", "mmgeo");
}
