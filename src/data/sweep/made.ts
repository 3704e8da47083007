/** The version of the code that makes the rows of an experiment. */
export interface CodeVersion {
  /** Hash of the code that the experiment reaches. */
  readonly code: string;
  /** Versions of the packages which that code imports. */
  readonly packages: Readonly<Record<string, string>>;
}

/** Inputs of a kept sweep beside its parameters. */
export interface Made extends CodeVersion {
  /** Hash of each data set. */
  readonly data: Readonly<Record<string, string>>;
}
