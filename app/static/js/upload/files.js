// Collects the files that a person dropped or chose.

/** Resolves to {path, file} of the dropped files and of all files in dropped folders. */
export async function droppedTree(transfer) {
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry()).filter(Boolean);
  return (await Promise.all(entries.map(treeOf))).flat();
}

/** Returns {path, file} of the files of an input, which chooses files or a folder. */
export function chosenTree(input) {
  return Array.from(input.files, (file) => ({ path: file.webkitRelativePath || file.name, file }));
}

async function treeOf(entry) {
  if (entry.isFile) return [{ path: entry.fullPath.slice(1), file: await fileOf(entry) }];
  return (await Promise.all((await entriesOf(entry)).map(treeOf))).flat();
}

async function entriesOf(folder) {
  const reader = folder.createReader();
  const found = [];
  // A reader returns at most 100 entries at a time, and an empty list at the end.
  for (;;) {
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!entries.length) return found;
    found.push(...entries);
  }
}

function fileOf(entry) {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
