/** The version of the code that makes the rows of an experiment. */
export interface CodeVersion {
  /** Hash of the code that the experiment reaches. */
  readonly code: string;
  /** Versions of the packages which that code imports. */
  readonly packages: Readonly<Record<string, string>>;
}

/** What a kept sweep was made from, beside its parameters. */
export interface Made extends CodeVersion {
  /** Hash of each data set. */
  readonly data: Readonly<Record<string, string>>;
}
