import { homedir } from "node:os";
import { join } from "node:path";

/** Where everything that is brought along is kept for the user: `MMGEO_CACHE`, else the platform's cache folder. */
export function cacheFolder() {
  if (process.env.MMGEO_CACHE) return process.env.MMGEO_CACHE;
  if (process.env.XDG_CACHE_HOME) return join(process.env.XDG_CACHE_HOME, "mmgeo");
  return join(homedir(), ".cache", "mmgeo");
}
