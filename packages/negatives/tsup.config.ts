import { definePackage } from "@mmgeo/config/tsup";

export default definePackage();
