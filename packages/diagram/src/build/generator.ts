import packageFile from "../../package.json" with { type: "json" };

/** What made a record, for its provenance: `@mmgeo/diagram@0.1.0`. */
export const generatorName = `${packageFile.name}@${packageFile.version}`;
