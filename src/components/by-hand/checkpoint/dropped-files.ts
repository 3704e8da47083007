/** Files that a reader dropped, of a folder too: those that lie in it directly. */
export async function droppedFiles(transfer: DataTransfer | null): Promise<readonly File[]> {
  const items = Array.from(transfer?.items ?? []).filter(({kind}) => kind === "file");
  // Entries are gone once the event is over: all are taken before the first is waited for.
  const found = items.map((item) => {
    const entry = item.webkitGetAsEntry();
    return entry?.isDirectory
      ? filesIn(entry as FileSystemDirectoryEntry)
      : Promise.resolve([item.getAsFile()].filter((file) => file !== null));
  });
  return (await Promise.all(found)).flat();
}

async function filesIn(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const reader = folder.createReader();
  const files: Promise<File>[] = [];
  // A reader gives some at a time, and none at the end.
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (entries.length === 0) return Promise.all(files);
    for (const entry of entries) if (entry.isFile) files.push(fileOf(entry as FileSystemFileEntry));
  }
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

/** Files of a folder that was picked: those that lie in it directly. */
export const pickedFiles = (files: Iterable<File>): readonly File[] =>
  Array.from(files).filter(({webkitRelativePath}) => webkitRelativePath.split("/").length <= 2);
